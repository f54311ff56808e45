//! The commands, and how one is run from the words of a command line.

mod apply;
mod audit;
mod client;
mod completion;
mod explain;
mod grant;
mod import;
mod initial_access_token;
mod key;
mod login;
mod logout;
mod logout_call;
mod man;
mod named;
mod profile;
mod resource_server;
mod scope;
mod session;
mod settings;
mod status;
mod system;
mod token;
mod user;
mod whoami;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::error::{ContextKind, ContextValue};
use clap::{Parser, Subcommand};
use clap_complete::Shell;

use self::apply::{ApplyArguments, ExportArguments};
use self::audit::AuditCommand;
use self::client::ClientCommand;
use self::explain::ExplainArguments;
use self::grant::GrantCommand;
use self::import::ImportCommand;
use self::initial_access_token::InitialAccessTokenCommand;
use self::key::KeyCommand;
use self::login::LoginArguments;
use self::logout::LogoutArguments;
use self::logout_call::LogoutCallCommand;
use self::profile::ProfileCommand;
use self::resource_server::ResourceServerCommand;
use self::scope::ScopeCommand;
use self::session::SessionCommand;
use self::settings::SettingsCommand;
use self::system::SystemCommand;
use self::token::TokenCommand;
use self::user::UserCommand;
use crate::args::{Arguments, CommonArguments};
use crate::caller::Caller;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Output;

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Log in to a server, for this and later commands.
    ///
    /// The browser opens, you log in and allow what the login may do, and come back here. What is kept
    /// of it is a file that nobody else can read: no password is in it, and it is renewed silently.
    Login(LoginArguments),
    /// End the login, at the server and here.
    Logout(LogoutArguments),
    /// Show who you are to the server, and what you may do.
    Whoami,
    /// Show whether the server and its parts work.
    ///
    /// Ends with status 0 when everything works and with 1 when something does not; what was found
    /// is printed in both cases. Nobody has to be logged in.
    Status,
    /// Look after the registered clients: the applications that ask for tokens.
    #[command(subcommand)]
    Client(Box<ClientCommand>),
    /// Look after the tokens that let clients register themselves.
    #[command(subcommand)]
    InitialAccessToken(InitialAccessTokenCommand),
    /// Look after the catalogue of scopes: what may be asked for.
    #[command(subcommand)]
    Scope(ScopeCommand),
    /// Look after resource servers: the APIs that tokens are for.
    #[command(subcommand)]
    ResourceServer(ResourceServerCommand),
    /// Look at sessions, the logins in browsers, and end them.
    #[command(subcommand)]
    Session(SessionCommand),
    /// Look at calls that tell clients of ended sessions, and have them made again.
    #[command(subcommand)]
    LogoutCall(LogoutCallCommand),
    /// Look at grants, what users have authorized clients to do, and revoke them.
    #[command(subcommand)]
    Grant(GrantCommand),
    /// Look at tokens, and revoke them.
    #[command(subcommand)]
    Token(TokenCommand),
    /// Look at the keys of the server, rotate them, and withdraw one in an emergency.
    #[command(subcommand)]
    Key(KeyCommand),
    /// Look after users: the people who log in.
    #[command(subcommand)]
    User(Box<UserCommand>),
    /// Read the audit trail: who did what, and whether it is what was sealed.
    #[command(subcommand)]
    Audit(AuditCommand),
    /// Look after the settings that can be changed while the server runs.
    #[command(subcommand)]
    Settings(SettingsCommand),
    /// Ask how the server is, and how much it holds.
    #[command(subcommand)]
    System(SystemCommand),
    /// Make clients, scopes and settings as files say.
    ///
    /// First it shows what that changes, and asks. What is made so is marked with the name of the
    /// configuration. A step that fails ends it; what was done before stays, and applying the files
    /// again does the rest.
    Apply(ApplyArguments),
    /// Print clients, scopes and settings as a configuration, which `apply` takes.
    Export(ExportArguments),
    /// Take what another server had: clients, scopes, and users with their passwords.
    #[command(subcommand)]
    Import(ImportCommand),
    /// Print the JSON Schema of a configuration, for editors.
    Schema,
    /// Explain why a request was refused, in plain words.
    ///
    /// Each answer carries the id of its request, in the header X-Request-Id and on error pages.
    /// What was refused is kept for seven days, and for administrators alone.
    Explain(ExplainArguments),
    /// Look after several logins.
    #[command(subcommand)]
    Profile(ProfileCommand),
    /// Print the completion script of a shell.
    #[command(after_help = COMPLETION)]
    Completion {
        /// The shell.
        #[arg(value_enum)]
        shell: Shell,
    },
    /// Write manual pages, one for each command, into a folder.
    Man {
        /// The folder, such as ~/.local/share/man/man1. It is made where it is missing.
        folder: PathBuf,
    },
}

const COMPLETION: &str = "\
To have completion in bash from the next login on:

  mkdir -p ~/.local/share/bash-completion/completions
  authly completion bash > ~/.local/share/bash-completion/completions/authly";

/// Runs the command line that these words make, the first of which is the program's own name.
pub fn run(words: impl IntoIterator<Item = OsString>) -> Exit {
    match Arguments::try_parse_from(words) {
        Ok(arguments) => {
            let output = Output::new(&arguments.common);
            let ended = carry_out(arguments.command, &arguments.common, output);
            ended.unwrap_or_else(|failure| {
                Output::new(&arguments.common).complain(&failure.message);
                failure.exit
            })
        }
        // What was asked for by --help and --version comes this way, too.
        Err(explanation) => Output::explain(&without_credentials(explanation)),
    }
}

/// Takes the address of a server out of what is said about it where a password could be in it.
fn without_credentials(mut explanation: clap::Error) -> clap::Error {
    let value = explanation.get(ContextKind::InvalidValue);
    if matches!(value, Some(ContextValue::String(text)) if text.contains('@')) {
        let instead = ContextValue::String("…@…".to_owned());
        explanation.insert(ContextKind::InvalidValue, instead);
    }
    explanation
}

fn carry_out(command: Command, common: &CommonArguments, output: Output) -> Result<Exit, Failure> {
    let command = match command {
        Command::Schema => return apply::print_schema(),
        Command::Completion { shell } => return completion::completion(shell),
        Command::Man { folder } => return man::man(&folder),
        Command::Profile(command) => return profile::run(&command, &output),
        Command::Login(arguments) => return wait_for(login::login(&arguments, common, &output)),
        Command::Logout(arguments) => return wait_for(logout::logout(&arguments, common, &output)),
        Command::Status => return wait_for(status::status(common, &output)),
        conversation => conversation,
    };
    let caller = Caller::new(common, output)?;
    wait_for(converse(command, &caller))
}

/// The commands that talk to a server.
async fn converse(command: Command, caller: &Caller) -> Result<Exit, Failure> {
    match command {
        Command::Whoami => whoami::whoami(caller).await,
        Command::Client(command) => client::run(*command, caller).await,
        Command::InitialAccessToken(command) => initial_access_token::run(command, caller).await,
        Command::Scope(command) => scope::run(command, caller).await,
        Command::ResourceServer(command) => resource_server::run(command, caller).await,
        Command::Session(command) => session::run(command, caller).await,
        Command::LogoutCall(command) => logout_call::run(command, caller).await,
        Command::Grant(command) => grant::run(command, caller).await,
        Command::Token(command) => token::run(command, caller).await,
        Command::Key(command) => key::run(command, caller).await,
        Command::Audit(command) => audit::run(command, caller).await,
        Command::Settings(command) => settings::run(command, caller).await,
        Command::System(command) => system::run(command, caller).await,
        Command::Explain(arguments) => explain::run(arguments, caller).await,
        Command::User(command) => user::run(*command, caller).await,
        Command::Apply(arguments) => apply::apply(&arguments, caller).await,
        Command::Import(command) => import::run(&command, caller).await,
        Command::Export(arguments) => apply::print(&arguments, caller).await,
        Command::Schema
        | Command::Completion { .. }
        | Command::Man { .. }
        | Command::Profile(_)
        | Command::Status
        | Command::Login(_)
        | Command::Logout(_) => Ok(Exit::Ok),
    }
}

/// Runs a conversation with the server to its end.
fn wait_for(conversation: impl Future<Output = Result<Exit, Failure>>) -> Result<Exit, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::refused(format!("the program cannot start: {error}")))?;
    runtime.block_on(conversation)
}
