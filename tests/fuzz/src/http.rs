//! Requests to the whole server: see `written` for how a case writes one down.

mod actors;
mod expected;
mod written;

use actix_web::rt::System;
use actix_web::test::init_service;
use actix_web::{App, body::to_bytes, dev::Service as _};
use authly_http::configure;
use authly_testing::Setup;
use authly_testing::policies::Policies;

use self::actors::Actors;
use self::expected::{Answered, hold};
use self::written::Written;
use crate::Check;

/// After how many cases codes, tokens and cookies are made anew: some of them are spent by then.
const FRESH_AFTER: u32 = 256;

pub(crate) fn start() -> Check {
    let system = System::new();
    let app = system.block_on(patient().app());
    let service = system.block_on(init_service({
        let deps = app.deps.clone();
        App::new().configure(move |config| configure(config, &deps))
    }));
    let mut actors = system.block_on(Actors::come(&app));
    let mut cases = 0;
    Box::new(move |case| {
        let case = String::from_utf8_lossy(case);
        cases += 1;
        if cases % FRESH_AFTER == 0 {
            system.block_on(actors.freshen(&app));
        }
        let Some(request) = Written::read(&actors.fill_in(&case)) else {
            return;
        };
        let answered = system.block_on(async {
            let asked = request.asked.clone();
            let response = match service.call(request.made().to_request()).await {
                Ok(answer) => answer.into_parts().1.map_into_boxed_body(),
                Err(error) => error.error_response(),
            };
            let (head, body) = response.into_parts();
            let body = to_bytes(body).await.unwrap_or_default();
            Answered {
                asked,
                issuer: app.issuer().to_owned(),
                status: head.status().as_u16(),
                headers: head.headers().clone(),
                body: String::from_utf8_lossy(&body).into_owned(),
            }
        });
        hold(&answered);
        assert_eq!(app.deps.panics.count(), 0, "a handler has panicked");
    })
}

/// A server that is tired by nothing, so that every case meets it in the same mood, behind a proxy.
fn patient() -> Setup {
    Setup::default()
        .trusted_proxies(&["10.0.0.0/8"])
        .policies(|policies: &mut Policies| {
            let throttle = &mut policies.sessions.throttle;
            for rule in [
                &mut throttle.login_address,
                &mut throttle.login_account_at_address,
                &mut throttle.login_account,
                &mut throttle.login_device,
                &mut throttle.clients.client,
                &mut throttle.clients.address,
            ] {
                rule.attempts = u32::MAX;
            }
            policies.authorization.requests_per_address = u32::MAX;
            policies.authorization.requests_in_all = u32::MAX;
        })
}
