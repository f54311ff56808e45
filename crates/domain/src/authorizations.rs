//! The authorization endpoint's values and decisions: from the request in the browser to the code.

mod code;
mod next_step;
mod pkce;
mod request;

pub use code::{CodeRecord, CodeRedemption, CodeRefusal, NewCode, VerifierCheck};
pub use next_step::{LoginReason, NextStep, Situation, Unmet, next_step};
pub use pkce::{ChallengeError, CodeChallenge, verifier_is_well_formed};
pub use request::{
    AcrWish, AuthorizationRequest, Prompt, PromptError, ResponseMode, StoredRequest,
    StoredRequestState,
};
