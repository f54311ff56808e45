//! Metadata of the OpenID provider.

use serde::{Deserialize, Serialize};

use crate::oauth::AuthorizationServerMetadata;

/// What an OpenID client has to know (OpenID Connect Discovery §3): the authorization server's
/// metadata and a few members more, in one document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "the members are those of the specifications"
)]
pub struct ProviderMetadata {
    /// The members that OAuth defines.
    #[serde(flatten)]
    pub oauth: AuthorizationServerMetadata,
    /// Where claims about the user are.
    pub userinfo_endpoint: String,
    /// Where clients send users to sign them out (RP-Initiated Logout §2.1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_session_endpoint: Option<String>,
    /// The frame by which clients learn whether the login has changed (Session Management §3.3).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub check_session_iframe: Option<String>,
    /// Whether clients can be told of logouts (Back-Channel Logout §2.1).
    #[serde(default)]
    pub backchannel_logout_supported: bool,
    /// Whether the session is named to them.
    #[serde(default)]
    pub backchannel_logout_session_supported: bool,
    /// Whether clients can sign their users out in the browser (Front-Channel Logout §3).
    #[serde(default)]
    pub frontchannel_logout_supported: bool,
    /// Whether issuer and session are named to them.
    #[serde(default)]
    pub frontchannel_logout_session_supported: bool,
    /// How users are named: `public`, `pairwise`.
    pub subject_types_supported: Vec<String>,
    /// What ID tokens are signed with.
    pub id_token_signing_alg_values_supported: Vec<String>,
    /// What answers of UserInfo can be signed with.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub userinfo_signing_alg_values_supported: Vec<String>,
    /// How the keys of encrypted ID tokens can reach a client.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub id_token_encryption_alg_values_supported: Vec<String>,
    /// What ID tokens can be encrypted with.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub id_token_encryption_enc_values_supported: Vec<String>,
    /// How the keys of encrypted answers of UserInfo can reach a client.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub userinfo_encryption_alg_values_supported: Vec<String>,
    /// What answers of UserInfo can be encrypted with.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub userinfo_encryption_enc_values_supported: Vec<String>,
    /// How strongly users can prove who they are.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub acr_values_supported: Vec<String>,
    /// The values of `display` that the pages fit.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub display_values_supported: Vec<String>,
    /// The values of `prompt` (Initiating User Registration via OpenID Connect §3).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub prompt_values_supported: Vec<String>,
    /// The languages of the pages.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ui_locales_supported: Vec<String>,
    /// Where claims come from: all of ours are `normal`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub claim_types_supported: Vec<String>,
    /// The claims that can be had.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub claims_supported: Vec<String>,
    /// Whether the parameter `claims` works.
    #[serde(default)]
    pub claims_parameter_supported: bool,
    /// Whether the parameter `request` works.
    #[serde(default)]
    pub request_parameter_supported: bool,
    /// Whether the parameter `request_uri` works: always written, since its absence means yes.
    #[serde(default = "supported_unless_said")]
    pub request_uri_parameter_supported: bool,
    /// Whether it names registered addresses alone.
    #[serde(default)]
    pub require_request_uri_registration: bool,
    /// What request objects can be signed with.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub request_object_signing_alg_values_supported: Vec<String>,
    /// How they can be encrypted to a key of the key set: `alg`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub request_object_encryption_alg_values_supported: Vec<String>,
    /// How their content can be encrypted: `enc`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub request_object_encryption_enc_values_supported: Vec<String>,
}

/// OpenID Connect Discovery §3: "If omitted, the default value is true".
const fn supported_unless_said() -> bool {
    true
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;
    use serde_json::json;

    use super::*;

    fn smallest() -> serde_json::Value {
        json!({
            "issuer": "https://auth.example.com",
            "authorization_endpoint": "https://auth.example.com/authorize",
            "token_endpoint": "https://auth.example.com/token",
            "jwks_uri": "https://auth.example.com/jwks",
            "response_types_supported": ["code"],
            "userinfo_endpoint": "https://auth.example.com/userinfo",
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
        })
    }

    #[test]
    fn a_document_of_the_required_members_is_read_with_the_defaults_of_the_specification() {
        let read: ProviderMetadata = serde_json::from_value(smallest()).unwrap();
        assert!(read.request_uri_parameter_supported);
        assert!(!read.request_parameter_supported);
        assert!(!read.oauth.authorization_response_iss_parameter_supported);
    }

    #[test]
    fn both_specifications_share_one_flat_document() {
        let read: ProviderMetadata = serde_json::from_value(smallest()).unwrap();
        let written = serde_json::to_value(&read).unwrap();
        assert_eq!(written["issuer"], "https://auth.example.com");
        assert_eq!(written.get("oauth"), None);
        assert_eq!(written.get("scopes_supported"), None);
        assert_eq!(written["request_parameter_supported"], false);
    }
}
