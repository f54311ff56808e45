//! What came of one code, as its application knows it: the oracle of these tests.

use authly_testing::answer::{Answer, Tokens};

use crate::application::{Application, Fate};

/// How one step of an application went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// As it should.
    Done,
    /// Refused, as it should be: the code may have been redeemed by a request without an answer.
    Refused,
    /// The server said when to come back. What it was asked for may have happened all the same.
    Busy,
    /// There was no answer.
    Lost,
}

/// A request whose outcome is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum InDoubt {
    /// The code was sent.
    Exchange,
    /// The newest refresh token was sent.
    Refresh,
}

/// A code, and the tokens that were answered for it.
#[derive(Debug)]
pub(crate) struct Family {
    pub(crate) code: String,
    /// All access tokens that were answered.
    pub(crate) access_tokens: Vec<String>,
    /// The newest refresh token that was answered.
    pub(crate) refresh_token: Option<String>,
    pub(crate) in_doubt: Option<InDoubt>,
    /// The code was refused after a request without an answer: what that one made is revoked.
    pub(crate) is_replayed: bool,
}

impl Family {
    pub(crate) const fn of(code: String) -> Self {
        Self {
            code,
            access_tokens: Vec::new(),
            refresh_token: None,
            in_doubt: None,
            is_replayed: false,
        }
    }

    /// Redeems the code. It may be refused only if an earlier request had no answer (decisions 6).
    pub(crate) async fn redeem(&mut self, application: &Application, node: &str) -> Step {
        let fate = application.redeem(node, &self.code).await;
        if let Fate::Answered(answer) = &fate
            && answer.status == 400
        {
            answer.expect_error(400, "invalid_grant");
            let doubt = self.in_doubt.take();
            assert_eq!(doubt, Some(InDoubt::Exchange), "nobody had redeemed it");
            self.is_replayed = true;
            return Step::Refused;
        }
        self.note(fate, InDoubt::Exchange)
    }

    /// Exchanges the newest refresh token, which is never refused: the window is long.
    pub(crate) async fn refresh(&mut self, application: &Application, node: &str) -> Step {
        let token = self.refresh_token.clone().expect("the code was redeemed");
        let fate = application.refresh(node, &token).await;
        self.note(fate, InDoubt::Refresh)
    }

    fn note(&mut self, fate: Fate, asked: InDoubt) -> Step {
        let answer = match fate {
            Fate::Lost => {
                self.in_doubt = Some(asked);
                return Step::Lost;
            }
            Fate::Answered(answer) if answer.status == 503 => {
                assert_busy(&answer);
                self.in_doubt = Some(asked);
                return Step::Busy;
            }
            Fate::Answered(answer) => answer,
        };
        let Tokens {
            access_token,
            refresh_token,
            ..
        } = answer.expect_tokens();
        self.in_doubt = None;
        self.access_tokens.push(access_token);
        self.refresh_token = Some(refresh_token.expect("a refresh token"));
        Step::Done
    }

    /// Asks again what had no answer, at a node that is well.
    pub(crate) async fn settle(&mut self, application: &Application, node: &str) {
        let step = match self.in_doubt {
            None => return,
            Some(InDoubt::Exchange) => self.redeem(application, node).await,
            Some(InDoubt::Refresh) => {
                let spent = self.refresh_token.clone().expect("it was sent");
                assert_eq!(self.refresh(application, node).await, Step::Done);
                // Whoever comes late gets the same one.
                let again = application.refresh(node, &spent).await.expect();
                let again = again.expect_tokens();
                assert_eq!(again.refresh_token, self.refresh_token);
                self.access_tokens.push(again.access_token);
                Step::Done
            }
        };
        assert!(matches!(step, Step::Done | Step::Refused), "{step:?}");
    }

    /// Holds everything that was answered to be alive, or to have ended by the replay.
    pub(crate) async fn check(&self, application: &Application, node: &str) {
        assert_eq!(self.in_doubt, None, "it was settled");
        let all = self.access_tokens.iter().chain(&self.refresh_token);
        for token in all {
            let is_active = application.is_active(node, token).await;
            assert_eq!(is_active, !self.is_replayed, "{self:?}");
        }
    }
}

/// Holds an answer to be the one of a program that has to come back.
#[track_caller]
pub(crate) fn assert_busy(answer: &Answer) {
    answer.expect_error(503, "temporarily_unavailable");
    assert!(!answer.header("retry-after").is_empty(), "{answer:?}");
}
