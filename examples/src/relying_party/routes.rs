//! The web application: home, login, callback, logout.

use std::error::Error;
use std::fmt;
use std::io;
use std::net::TcpListener;
use std::time::Duration;

use actix_web::cookie::{Cookie, SameSite, time};
use actix_web::dev::Server;
use actix_web::http::StatusCode;
use actix_web::http::header::LOCATION;
use actix_web::web::{self, Data, Query};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, ResponseError};

use super::error::LoginError;
use super::login::{Callback, LoggedIn, PendingLogin, RelyingParty};
use super::notes::{self, Called};
use super::page;
use super::shelf::Shelf;
use super::step_up::StepUp;

/// How long a user may take to log in.
const LOGIN_LIFETIME: Duration = Duration::from_mins(10);

/// How long they stay logged in here.
const SESSION_LIFETIME: Duration = Duration::from_hours(1);

/// Leads to the login under way.
const LOGIN_COOKIE: &str = "notes_login";

/// Leads to who has logged in.
const SESSION_COOKIE: &str = "notes_session";

type Logins = Shelf<PendingLogin>;
type Sessions = Shelf<LoggedIn>;

/// Serves the application on `listener`, until the server that is returned is stopped.
///
/// # Errors
/// The listener cannot be used.
pub fn server(listener: TcpListener, relying_party: RelyingParty) -> io::Result<Server> {
    let relying_party = Data::new(relying_party);
    let logins = Data::new(Logins::new(LOGIN_LIFETIME));
    let sessions = Data::new(Sessions::new(SESSION_LIFETIME));
    let server = HttpServer::new(move || {
        App::new()
            .app_data(relying_party.clone())
            .app_data(logins.clone())
            .app_data(sessions.clone())
            .route("/", web::get().to(home))
            .route("/login", web::get().to(login))
            .route("/callback", web::get().to(callback))
            .route("/logout", web::post().to(logout))
            .route("/delete-notes", web::post().to(delete_notes))
    });
    Ok(server.workers(1).listen(listener)?.run())
}

async fn home(
    request: HttpRequest,
    relying_party: Data<RelyingParty>,
    sessions: Data<Sessions>,
) -> HttpResponse {
    let api = relying_party.registration().api.as_deref();
    let user = request
        .cookie(SESSION_COOKIE)
        .and_then(|cookie| sessions.look(cookie.value(), |user| page::home(user, api)));
    user.unwrap_or_else(page::welcome)
}

async fn login(
    relying_party: Data<RelyingParty>,
    logins: Data<Logins>,
) -> Result<HttpResponse, LoginFailure> {
    log_in(&StepUp::default(), &relying_party, &logins).await
}

/// Sends the user to log in, as somebody wants it.
async fn log_in(
    wanted: &StepUp,
    relying_party: &RelyingParty,
    logins: &Logins,
) -> Result<HttpResponse, LoginFailure> {
    let (url, pending) = relying_party.begin(wanted).await?;
    let number = logins.put(pending);
    let cookie = cookie(relying_party, LOGIN_COOKIE, number, logins.lifetime());
    Ok(see_other(url.as_str(), cookie))
}

/// Deletes the user's notes at the API. Where that wants another login first, the user is sent there,
/// and presses the button again afterwards.
async fn delete_notes(
    request: HttpRequest,
    relying_party: Data<RelyingParty>,
    logins: Data<Logins>,
    sessions: Data<Sessions>,
) -> Result<HttpResponse, LoginFailure> {
    let token = request.cookie(SESSION_COOKIE).and_then(|cookie| {
        let token = |user: &LoggedIn| user.access_token.clone();
        sessions.look(cookie.value(), token)
    });
    let (Some(token), Some(api)) = (token, &relying_party.registration().api) else {
        return Ok(page::welcome());
    };
    let called = notes::delete(api, &token, relying_party.outgoing()).await;
    match called.map_err(|error| LoginError::Api(error.into()))? {
        Called::Done => Ok(page::deleted()),
        Called::After(wanted) => log_in(&wanted, &relying_party, &logins).await,
        Called::Refused(status) => Err(LoginError::Api(status.to_string().into()).into()),
    }
}

async fn callback(
    request: HttpRequest,
    answer: Query<Callback>,
    relying_party: Data<RelyingParty>,
    logins: Data<Logins>,
    sessions: Data<Sessions>,
) -> Result<HttpResponse, LoginFailure> {
    // Taken away, so that an answer works once.
    let pending = request
        .cookie(LOGIN_COOKIE)
        .and_then(|cookie| logins.take(cookie.value()))
        .ok_or(LoginError::WrongState)?;
    let user = relying_party.finish(pending, answer.into_inner()).await?;
    let number = sessions.put(user);
    let cookie = cookie(&relying_party, SESSION_COOKIE, number, sessions.lifetime());
    // On to a page whose address has no code in it.
    Ok(see_other("/", cookie))
}

/// A form: `SameSite=Lax` keeps other sites from sending it.
async fn logout(
    request: HttpRequest,
    relying_party: Data<RelyingParty>,
    sessions: Data<Sessions>,
) -> HttpResponse {
    let user = request
        .cookie(SESSION_COOKIE)
        .and_then(|cookie| sessions.take(cookie.value()));
    let elsewhere = match &user {
        Some(user) => relying_party.logout_url(user).await,
        None => None,
    };
    let ended = cookie(
        &relying_party,
        SESSION_COOKIE,
        String::new(),
        Duration::ZERO,
    );
    if let Some(url) = elsewhere {
        return see_other(url.as_str(), ended);
    }
    page::logged_out(relying_party.registration().issuer.as_str(), ended)
}

fn see_other(to: &str, cookie: Cookie<'_>) -> HttpResponse {
    HttpResponse::SeeOther()
        .insert_header((LOCATION, to))
        .cookie(cookie)
        .finish()
}

/// A cookie that scripts cannot read and that other sites' forms do not carry.
fn cookie(of: &RelyingParty, name: &'static str, value: String, life: Duration) -> Cookie<'static> {
    let https = of.registration().redirect_uri.url().scheme() == "https";
    let seconds = i64::try_from(life.as_secs()).unwrap_or(i64::MAX);
    Cookie::build(name, value)
        .path("/")
        .http_only(true)
        .secure(https)
        .same_site(SameSite::Lax)
        .max_age(time::Duration::seconds(seconds))
        .finish()
}

/// Shows the person what went wrong, with all its reasons: this is an example for developers.
#[derive(Debug)]
struct LoginFailure(LoginError);

impl From<LoginError> for LoginFailure {
    fn from(error: LoginError) -> Self {
        Self(error)
    }
}

impl fmt::Display for LoginFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        let mut reason = self.0.source();
        while let Some(error) = reason {
            write!(f, ": {error}")?;
            reason = error.source();
        }
        Ok(())
    }
}

impl ResponseError for LoginFailure {
    fn status_code(&self) -> StatusCode {
        match self.0 {
            LoginError::WrongState
            | LoginError::WrongIssuer
            | LoginError::NoCode
            | LoginError::Refused { .. } => StatusCode::BAD_REQUEST,
            LoginError::Discovery(_)
            | LoginError::Exchange(_)
            | LoginError::IdToken(_)
            | LoginError::UserInfo(_)
            | LoginError::Api(_) => StatusCode::BAD_GATEWAY,
        }
    }

    fn error_response(&self) -> HttpResponse {
        page::failed(self.status_code(), &self.to_string())
    }
}
