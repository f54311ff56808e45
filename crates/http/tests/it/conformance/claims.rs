//! Which claims scopes and the parameter `claims` open.

use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use super::{EVERYTHING, Plan, Suite, id_token, modules};

modules!(
    oidcc_scope_profile,
    oidcc_scope_email,
    oidcc_scope_address,
    oidcc_scope_phone,
    oidcc_scope_all,
    oidcc_claims_essential,
);

const PROFILE: [&str; 14] = [
    "birthdate",
    "family_name",
    "gender",
    "given_name",
    "locale",
    "middle_name",
    "name",
    "nickname",
    "picture",
    "preferred_username",
    "profile",
    "updated_at",
    "website",
    "zoneinfo",
];

/// Holds that a scope opens exactly these claims at UserInfo, each in its type, and none of them in
/// the ID token.
async fn opens(plan: Plan, scope: &str, names: &[&str]) {
    let mut suite = Suite::start(plan).await;
    let tokens = suite.tokens(&suite.asking(scope)).await;
    let userinfo = suite.userinfo(&tokens).await;
    let mut expected: Vec<&str> = names.iter().copied().chain(["sub"]).collect();
    expected.sort_unstable();
    assert_eq!(crate::machine_support::members(&userinfo), expected);
    let in_id_token = id_token(&tokens);
    for name in names {
        assert_eq!(in_id_token.get(name), None, "{name}");
        let claim = &userinfo[*name];
        let is_typed = match *name {
            "updated_at" => claim.is_i64(),
            "email_verified" | "phone_number_verified" => claim.is_boolean(),
            "address" => claim.is_object(),
            _ => claim.is_string(),
        };
        assert!(is_typed, "{name}: {claim}");
    }
}

async fn oidcc_scope_profile(plan: Plan) {
    opens(plan, "openid profile", &PROFILE).await;
}

async fn oidcc_scope_email(plan: Plan) {
    opens(plan, "openid email", &["email", "email_verified"]).await;
}

async fn oidcc_scope_address(plan: Plan) {
    opens(plan, "openid address", &["address"]).await;
}

async fn oidcc_scope_phone(plan: Plan) {
    let phone = ["phone_number", "phone_number_verified"];
    opens(plan, "openid phone", &phone).await;
}

async fn oidcc_scope_all(plan: Plan) {
    let others = [
        "email",
        "email_verified",
        "phone_number",
        "phone_number_verified",
        "address",
    ];
    let all: Vec<&str> = PROFILE.into_iter().chain(others).collect();
    opens(plan, EVERYTHING, &all).await;
}

async fn oidcc_claims_essential(plan: Plan) {
    let mut suite = Suite::start(plan).await;
    let wish = json!({ "userinfo": { "name": { "essential": true } } }).to_string();
    let asking = suite.asking("openid").with("claims", &wish);
    let tokens = suite.tokens(&asking).await;
    let userinfo: Value = suite.userinfo(&tokens).await;
    assert_eq!(
        userinfo,
        json!({ "sub": suite.alice.subject, "name": "Alice B. Adams" })
    );
}
