//! Keys: their public halves, and their change. The private halves are in no answer.

use std::collections::BTreeMap;

use authly_domain::scopes::AdminScope::{KeysRead, KeysWrite};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Moment, Page};
use crate::endpoint::Access::Scope;
use crate::endpoint::{endpoint, path_values};

endpoint! {
    /// Lists the keys, those that sign and those that others encrypt to, in whatever phase, the newest first.
    pub List = "keys.list", Get "/admin/keys", Scope(KeysRead);
    query: ListQuery;
    answer: 200 Page<Key>;
}

endpoint! {
    /// Lets other keys sign, now: the announced ones, and where none is announced new ones. Those
    /// that signed stay published until the last token that they signed has expired. The key that others
    /// encrypt to is replaced too. Of several rotations at once one happens, and all get its answer.
    pub Rotate = "keys.rotate", Post "/admin/keys/rotate", Scope(KeysWrite);
    answer: 200 Rotation;
}

endpoint! {
    /// Withdraws a key in an emergency: it leaves the key set at once, and every access token that it
    /// signed is dead. Where it signed, the announced key of its algorithm takes over, or a new one.
    /// One that others encrypt to opens nothing any more and is forgotten; where it was published, a new one
    /// is. Other nodes follow within two seconds. One that was withdrawn before stays as it is.
    pub Revoke = "keys.revoke", Post "/admin/keys/{key}/revoke", Scope(KeysWrite);
    path: KeyPath;
    answer: 200 RevokedKey;
}

path_values! {
    /// One key.
    pub KeyPath {
        /// Its `kid`.
        key: String,
    }
}

/// Which page of keys is shown.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ListQuery {
    /// How many keys a page holds: 1 to 200, 50 by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u64>,
    /// The `next_cursor` of the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

/// A key without its private half.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Key {
    /// Its `kid`, the thumbprint of its public half (RFC 7638).
    pub kid: String,
    /// What it is for.
    #[serde(rename = "use")]
    pub key_use: KeyUse,
    /// What it signs with, such as `ES256`; absent for one that others encrypt to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub algorithm: Option<String>,
    /// Where in its life it is.
    pub state: KeyState,
    /// The public half, a JWK (RFC 7517).
    pub public_jwk: BTreeMap<String, String>,
    /// When it was made and published.
    pub created_at: Moment,
    /// When it began to sign, or to be encrypted to; absent if it never did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub activated_at: Option<Moment>,
    /// When another took over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retired_at: Option<Moment>,
    /// When it leaves or left the key set; absent while that is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub published_until: Option<Moment>,
    /// When it was withdrawn; absent if it was not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<Moment>,
}

/// What a key is for (RFC 7517 §4.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum KeyUse {
    /// Signatures of ours.
    Sig,
    /// What others encrypt to us.
    Enc,
    /// A use of a newer server; never sent.
    #[serde(other)]
    #[schemars(skip)]
    Unknown,
}

/// Where in its life a key is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum KeyState {
    /// Published, and will sign.
    Announced,
    /// Signs, or is encrypted to.
    Active,
    /// Signs no more, and is published until the last token that it signed has expired.
    Retiring,
    /// Published no more; it still verifies an `id_token_hint`, or opens what was encrypted to it for a day.
    Gone,
    /// Withdrawn: nothing that it signed counts.
    Revoked,
    /// A state of a newer server; never sent.
    #[serde(other)]
    #[schemars(skip)]
    Unknown,
}

/// What a rotation did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Rotation {
    /// The keys that sign from now on. A dry run names those that are announced: new ones
    /// are not made for it.
    pub active: Vec<SigningKey>,
    /// The `kid` of each key that signed before and does no more.
    pub retired: Vec<String>,
}

/// A key that signs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SigningKey {
    /// Its `kid`.
    pub kid: String,
    /// What it signs with, such as `ES256`.
    pub algorithm: String,
}

/// What the withdrawal of a key did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RevokedKey {
    /// The key's `kid`.
    pub kid: String,
    /// What it signed with; absent for one that others encrypt to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub algorithm: Option<String>,
    /// Whether it was withdrawn by this request, and not before.
    pub was_withdrawn_now: bool,
    /// The key that is in its place; absent where it neither signed nor was encrypted to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub successor: Option<String>,
}
