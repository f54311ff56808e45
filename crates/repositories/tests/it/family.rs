//! A code and what its redemption makes: grant, access token and refresh token.

use std::net::{IpAddr, Ipv4Addr};

use authly_domain::authorizations::NewCode;
use authly_domain::clients::Client;
use authly_domain::grants::NewGrant;
use authly_domain::id::{CodeId, GrantId, TokenId};
use authly_domain::tokens::{NewAccessToken, NewRefreshToken, RefreshTokenRecord, SealedSuccessor};
use authly_repositories::grants::GrantWithTokens;
use authly_repositories::tokens::Rotated;

use crate::world::{SessionRow, User, World, scope};

/// From where codes are redeemed.
pub(crate) const HERE: Option<IpAddr> = Some(IpAddr::V4(Ipv4Addr::LOCALHOST));

/// Everything that hangs on one authorization, stored.
pub(crate) struct Family {
    pub(crate) user: User,
    pub(crate) client: Client,
    pub(crate) session: SessionRow,
    pub(crate) grant: NewGrant,
    pub(crate) access: NewAccessToken,
    pub(crate) refresh: NewRefreshToken,
}

impl World {
    /// A user, a client and a session with a code that was redeemed.
    pub(crate) async fn family(&self) -> Family {
        let user = self.user("alice").await;
        let client = self.client("web").await;
        let session = self.session(user.id).await;
        self.family_of(user, client, session).await
    }

    pub(crate) async fn family_of(
        &self,
        user: User,
        client: Client,
        session: SessionRow,
    ) -> Family {
        let code = self.stored_code(&user, &client, &session).await;
        let redeemed = self.redeemed(&code).await;
        let conn = self.conn().await;
        let codes = conn.reads().authorization_codes();
        assert!(
            codes
                .redeem(code.id, &redeemed, (HERE, self.now))
                .await
                .unwrap()
        );
        Family {
            user,
            client,
            session,
            grant: redeemed.grant,
            access: redeemed.access,
            refresh: redeemed.refresh.expect("a refresh token was made"),
        }
    }

    /// A code that waits for its redemption.
    pub(crate) async fn stored_code(
        &self,
        user: &User,
        client: &Client,
        session: &SessionRow,
    ) -> NewCode {
        let code = self.new_code(user, client, session);
        let conn = self.conn().await;
        let codes = conn.reads().authorization_codes();
        assert!(codes.insert(&code, client.version).await.unwrap());
        code
    }

    pub(crate) fn new_code(&self, user: &User, client: &Client, session: &SessionRow) -> NewCode {
        let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
        NewCode {
            id: self.id(CodeId::generate),
            digest: self.digest(),
            client: client.key,
            user: user.id,
            session: session.id,
            scope: scope("openid profile"),
            resources: vec!["https://api.example/".parse().unwrap()],
            redirect_uri: "https://client.example/callback".parse().unwrap(),
            code_challenge: Some(challenge.parse().unwrap()),
            nonce: Some("n-0S6_WzA2Mj".to_owned()),
            claims: vec!["userinfo email".parse().unwrap()],
            authentication: self.authentication(),
            issued_at: self.now,
            expires_at: self.later(60),
        }
    }

    /// What a redemption of this code would store.
    pub(crate) async fn redeemed(&self, code: &NewCode) -> GrantWithTokens {
        let grant = NewGrant {
            id: self.id(GrantId::generate),
            client: code.client,
            user: code.user,
            session: Some(code.session),
            scope: code.scope.clone(),
            resources: code.resources.clone(),
            claims: code.claims.clone(),
            pairwise_subject: None,
            authentication: code.authentication.clone(),
            created_at: self.now,
        };
        let access = self.new_access(&grant).await;
        let refresh = Some(self.new_refresh(&grant));
        GrantWithTokens {
            grant,
            access,
            refresh,
        }
    }

    pub(crate) async fn new_access(&self, grant: &NewGrant) -> NewAccessToken {
        NewAccessToken {
            id: self.id(TokenId::generate),
            digest: self.digest(),
            kid: self.kid().await,
            grant: Some(grant.id),
            client: grant.client,
            user: Some(grant.user),
            scope: grant.scope.clone(),
            audience: vec!["https://api.example/".to_owned()],
            issued_at: self.now,
            expires_at: self.later(900),
        }
    }

    pub(crate) fn new_refresh(&self, grant: &NewGrant) -> NewRefreshToken {
        NewRefreshToken {
            id: self.id(TokenId::generate),
            digest: self.digest(),
            grant: grant.id,
            client: grant.client,
            user: grant.user,
            scope: grant.scope.clone(),
            resources: grant.resources.clone(),
            issued_at: self.now,
            expires_at: self.later(86_400),
        }
    }

    /// An access token that a client got for itself.
    pub(crate) async fn own_access(&self, client: &Client) -> NewAccessToken {
        NewAccessToken {
            id: self.id(TokenId::generate),
            digest: self.digest(),
            kid: self.kid().await,
            grant: None,
            client: client.key,
            user: None,
            scope: scope("notes:read"),
            audience: vec![
                "https://api.example/".to_owned(),
                "https://other.example/".to_owned(),
            ],
            issued_at: self.now,
            expires_at: self.later(900),
        }
    }

    /// What an exchange of the family's refresh token would store.
    pub(crate) async fn rotated(&self, family: &Family) -> Rotated {
        Rotated {
            access: self.new_access(&family.grant).await,
            successor: self.new_refresh(&family.grant),
            sealed: SealedSuccessor::new(vec![7; 40]),
        }
    }

    /// The refresh token as the token endpoint reads it.
    pub(crate) async fn read_refresh(&self, token: &NewRefreshToken) -> RefreshTokenRecord {
        let conn = self.conn().await;
        let tokens = conn.reads().refresh_tokens();
        tokens.lock_by_digest(&token.digest).await.unwrap().unwrap()
    }
}
