//! What our code never writes, written by hand.

use authly_repositories::DbError;

use crate::world::World;

/// Takes the checks off all tables.
const WITHOUT_CHECKS: &str = "DO $$
    DECLARE found record;
    BEGIN
        FOR found IN
            SELECT conrelid::regclass AS name, conname FROM pg_constraint
             WHERE contype = 'c' AND connamespace = 'public'::regnamespace
        LOOP
            EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', found.name, found.conname);
        END LOOP;
    END $$";

impl World {
    /// Puts a value, as SQL writes it, into a column of the only row of a table, looks at it, and
    /// puts the old value back.
    pub(crate) async fn spoiled<T>(
        &self,
        (table, column): (&str, &str),
        value: &str,
        look: impl AsyncFnOnce() -> Result<T, DbError>,
    ) -> Result<T, DbError> {
        self.database.run(WITHOUT_CHECKS).await;
        let keep = ["CREATE TABLE kept AS TABLE ", table].concat();
        let spoil = ["UPDATE ", table, " SET ", column, " = ", value].concat();
        let repair = [
            "UPDATE ",
            table,
            " SET ",
            column,
            " = (SELECT ",
            column,
            " FROM kept)",
        ];
        self.database.run(&keep).await;
        self.database.run(&spoil).await;
        let seen = look().await;
        self.database.run(&repair.concat()).await;
        self.database.run("DROP TABLE kept").await;
        seen
    }
}

/// Which column was found to hold what we never write.
pub(crate) fn corrupt_column<T: std::fmt::Debug>(answer: Result<T, DbError>) -> &'static str {
    match answer {
        Err(DbError::Corrupt { column, .. }) => column,
        other => panic!("not corrupt: {other:?}"),
    }
}
