//! Why a client does not register.

use std::time::Duration;

use authly_domain::clients::Flaw;
use authly_domain::refusals::{Explain, Explanation, Facts, Reason};
use authly_domain::registration::StatementFlaw;
use authly_repositories::DbError;

use super::SectorFlaw;
use crate::clients::{ClientAdminError, of_jwt};

/// Why a registration is refused. Nothing is stored then.
#[derive(Debug, thiserror::Error)]
pub enum RegistrationError {
    /// Nobody may register a client here.
    #[error("clients do not register themselves here")]
    Closed,
    /// No token came, and one is needed.
    #[error("no initial access token came")]
    TokenMissing,
    /// The token lets nobody register.
    #[error("the token lets nobody register a client")]
    InitialToken,
    /// The token is not that of this registration.
    #[error("the token does not open this registration")]
    Token,
    /// Too many came from this address without a token.
    #[error("too many registrations from this address")]
    Throttled {
        /// When the next one is tried.
        retry_after: Duration,
    },
    /// As many are registered without a token as may be.
    #[error("too many clients are registered without a token")]
    Full,
    /// Something is wrong with what the client says of itself.
    #[error("{} member(s) of the registration are wrong", .0.len())]
    Metadata(Vec<Flaw>),
    /// The document of its sector does not stand for it.
    #[error(transparent)]
    Sector(#[from] SectorFlaw),
    /// The statements of this issuer do not count.
    #[error("the issuer of the software statement is not approved")]
    StatementNotApproved,
    /// The statement is not its issuer's, or does not count now.
    #[error(transparent)]
    Statement(#[from] StatementFlaw),
    /// Somebody else was changing the client.
    #[error("the registration was changed meanwhile")]
    Changing,
    /// It could not be stored.
    #[error(transparent)]
    Clients(#[from] ClientAdminError),
    /// Storage failed.
    #[error("storage failed")]
    Storage(#[from] DbError),
}

impl RegistrationError {
    /// Whether it is about where answers go, which has an error of its own (RFC 7591 §3.2.2).
    #[must_use]
    pub fn is_about_addresses(flaws: &[Flaw]) -> bool {
        flaws.iter().any(|flaw| flaw.member == "redirect_uris")
    }
}

impl Explain for RegistrationError {
    fn explain(&self) -> Explanation {
        let storage = |error: &DbError| {
            if error.is_unavailable() {
                Reason::Unavailable
            } else {
                Reason::ServerError
            }
        };
        let reason = match self {
            Self::Metadata(flaws) => return of_flaws(flaws),
            Self::Throttled { retry_after } => {
                let seconds = retry_after.as_secs();
                let more = format!("The next one is tried in {seconds} s.");
                let facts = Facts::default().more(more);
                return Explanation::new(Reason::RegistrationThrottled, facts);
            }
            Self::Statement(flaw) => return of_statement(*flaw),
            Self::Sector(flaw) => return of_sector(*flaw),
            Self::StatementNotApproved => Reason::SoftwareStatement,
            Self::Closed => Reason::RegistrationClosed,
            Self::TokenMissing => Reason::TokenMissing,
            Self::InitialToken => Reason::InitialAccessToken,
            Self::Token => Reason::RegistrationAccessToken,
            Self::Full => Reason::RegistrationsFull,
            Self::Changing => Reason::ClientChanging,
            Self::Clients(ClientAdminError::Storage(error)) | Self::Storage(error) => {
                storage(error)
            }
            Self::Clients(_) => Reason::ServerError,
        };
        reason.into()
    }
}

fn of_sector(flaw: SectorFlaw) -> Explanation {
    let more = match flaw {
        SectorFlaw::NotFetched => "The document of sector_identifier_uri cannot be fetched.",
        SectorFlaw::NoList => "The document of sector_identifier_uri is no array of JSON.",
        SectorFlaw::NotListed => {
            "The document of sector_identifier_uri does not list every one of redirect_uris."
        }
    };
    let facts = Facts::default().more(more);
    Explanation::new(Reason::RegisteredMetadata, facts)
}

/// What is wrong about a statement, without what it says.
fn of_statement(flaw: StatementFlaw) -> Explanation {
    let facts = Facts::default();
    let facts = match flaw {
        StatementFlaw::Jwt(flaw) => facts.more(of_jwt(flaw)),
        StatementFlaw::Claim(name) => {
            let more = format!("Its {name} is missing or cannot be used.");
            facts.expected(name).more(more)
        }
        StatementFlaw::Expired => facts.more("It has expired."),
        StatementFlaw::TooEarly => {
            facts.more("It is from the future: its nbf or iat is still to come.")
        }
    };
    Explanation::new(Reason::SoftwareStatementWrong, facts)
}

/// Names the members alone: what they hold is the client's own word.
fn of_flaws(flaws: &[Flaw]) -> Explanation {
    let reason = if RegistrationError::is_about_addresses(flaws) {
        Reason::RegisteredRedirectUri
    } else {
        Reason::RegisteredMetadata
    };
    let mut members: Vec<_> = flaws.iter().map(|flaw| flaw.member).collect();
    members.dedup();
    let more = format!("What is wrong: {}.", members.join(", "));
    Explanation::new(reason, Facts::default().more(more))
}
