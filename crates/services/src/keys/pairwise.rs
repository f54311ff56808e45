//! What pairwise subjects are made with: made once, and never changed (decisions 13).

use authly_crypto::master_key::MasterKey;
use authly_crypto::pairwise::PairwiseSalt;
use authly_repositories::DbError;

use super::KeysError;
use crate::Context;

/// Opens the salt; makes it where there is none yet. Of nodes that do so at once, all get the one that
/// was first.
pub(super) async fn ensure_salt(
    context: &Context,
    master: &MasterKey,
) -> Result<PairwiseSalt, KeysError> {
    let conn = context.db.connect().await?;
    let keys = conn.reads().keys();
    if let Some(sealed) = keys.pairwise_salt().await? {
        return Ok(PairwiseSalt::open(&sealed, master)?);
    }
    let entropy = &*context.entropy;
    let sealed = PairwiseSalt::generate(entropy).seal(master, entropy);
    keys.insert_pairwise_salt(&sealed, context.now()).await?;
    let stored = keys.pairwise_salt().await?.ok_or(DbError::Corrupt {
        table: "pairwise_salts",
        column: "sealed_salt",
    })?;
    Ok(PairwiseSalt::open(&stored, master)?)
}
