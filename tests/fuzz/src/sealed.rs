//! What is sealed, the master key's text, and form tokens: a case changes good ones.

use authly_crypto::csrf::CsrfKey;
use authly_crypto::entropy::OsEntropy;
use authly_crypto::master_key::MasterKey;
use authly_crypto::seal::{open_successor, seal_successor};
use authly_domain::secret::{BrowserToken, RefreshToken, SecretText};
use authly_domain::tokens::SealedSuccessor;

use crate::Check;

pub(crate) fn start() -> Check {
    let master = MasterKey::generate(&OsEntropy);
    let csrf = CsrfKey::from_master(&master);
    let browser = BrowserToken::new("browser".to_owned());
    let form_token = csrf.token(&browser);
    let (spent, next) = (
        RefreshToken::new("spent".to_owned()),
        RefreshToken::new("next".to_owned()),
    );
    let good = seal_successor(&spent, &next, &OsEntropy);
    Box::new(move |case| {
        // The case is laid over what is good: equal bytes become zeros, which change nothing.
        let mut changed = good.as_bytes().to_vec();
        for (byte, change) in changed.iter_mut().zip(case) {
            *byte ^= change;
        }
        changed.extend(case.iter().skip(changed.len()));
        let is_good = changed == good.as_bytes();
        let opened = open_successor(&spent, &SealedSuccessor::new(changed));
        assert_eq!(
            opened.is_ok_and(|opened| opened.expose() == "next"),
            is_good
        );
        // A fuzzer that watches comparisons learns what is good; nothing else opens.
        let opened = open_successor(&spent, &SealedSuccessor::new(case.to_vec()));
        assert_eq!(opened.is_ok(), case == good.as_bytes());

        if let Ok(text) = std::str::from_utf8(case) {
            if let Ok(key) = MasterKey::parse(&SecretText::new(text.to_owned())) {
                let again = MasterKey::parse(&key.to_text()).expect("a key reads back");
                assert_eq!(again.id(), key.id());
            }
            assert_eq!(csrf.verify(&browser, text), text == form_token.expose());
        }
    })
}
