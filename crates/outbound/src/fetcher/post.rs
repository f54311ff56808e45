//! A form that is posted to a client, where the answer says only whether it was taken.

use authly_domain::network::FetchUrl;
use authly_domain::secret::SecretText;
use authly_services::ports::{FormPoster, NotPosted, PostFuture};
use reqwest::header::{CACHE_CONTROL, CONTENT_TYPE};
use tokio::time::timeout;

use super::GuardedFetcher;
use super::download::{Chain, FetchFailure};

impl GuardedFetcher {
    /// Posts it, and answers the status; what else comes is not read.
    async fn post_form(&self, url: &FetchUrl, body: &SecretText) -> Result<u16, FetchFailure> {
        let name = url.as_url().host_str().unwrap_or_default();
        let host = self.hosts.of(name, self.clock.now());
        self.guard.check(url)?;
        let waited = timeout(self.limits.wait, host.posts.acquire()).await;
        let _place = waited.map_err(|_elapsed| FetchFailure::Busy)?;
        let posting = async {
            let asked = self.client.post(url.as_url().clone());
            let answer = asked
                .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
                .header(CACHE_CONTROL, "no-store")
                .body(body.expose().to_owned())
                .send()
                .await?;
            Ok(answer.status().as_u16())
        };
        timeout(self.limits.time, posting)
            .await
            .unwrap_or(Err(FetchFailure::TimedOut))
    }
}

impl FormPoster for GuardedFetcher {
    fn post<'a>(&'a self, url: &'a FetchUrl, body: SecretText) -> PostFuture<'a> {
        Box::pin(async move {
            self.post_form(url, &body).await.map_err(|failure| {
                let reason = Chain(&failure);
                tracing::info!(url = %url, %reason, "a form could not be posted");
                match failure {
                    FetchFailure::ForbiddenAddress => NotPosted::ForbiddenAddress,
                    FetchFailure::TimedOut => NotPosted::TimedOut,
                    FetchFailure::Busy => NotPosted::Busy,
                    _ => NotPosted::NoAnswer,
                }
            })
        })
    }
}
