//! `scopes`.

use authly_domain::scopes::{ScopeFilter, ScopeRecord};
use pretty_assertions::assert_eq;

use crate::spoil::corrupt_column;
use crate::world::{World, scope};

in_both_modes!(
    a_scope_reads_back_as_it_was_stored,
    a_scope_that_is_not_active_is_not_offered,
    a_stored_scope_is_changed_but_a_system_scope_stays_one,
    storing_the_same_again_touches_nothing,
    what_is_missing_is_added_and_what_is_there_stays,
    a_name_that_is_none_is_corrupt,
    the_catalogue_is_listed_by_name_from_a_name_on,
    a_scope_that_is_assigned_is_removed_once_it_is_taken_from_its_clients,
);

fn notes(description: &str) -> ScopeRecord {
    ScopeRecord {
        name: "notes:read".parse().unwrap(),
        description: description.to_owned(),
        is_default: true,
        is_active: true,
        is_system: false,
    }
}

async fn the_notes(world: &World) -> Option<ScopeRecord> {
    let conn = world.conn().await;
    let found = conn
        .reads()
        .scopes()
        .of_names(&scope("notes:read no-such-scope"))
        .await;
    found.unwrap().pop()
}

async fn a_scope_reads_back_as_it_was_stored(world: World) {
    let conn = world.conn().await;
    let record = notes("Read your notes");
    conn.reads()
        .scopes()
        .upsert(&record, world.now)
        .await
        .unwrap();

    assert_eq!(the_notes(&world).await, Some(record.clone()));
    let active = conn.reads().scopes().active().await.unwrap();
    assert!(active.contains(&record));
    assert!(active.is_sorted_by(|a, b| a.name < b.name));
    assert!(
        active
            .iter()
            .any(|scope| scope.name.as_str() == "openid" && scope.is_system)
    );
}

async fn a_scope_that_is_not_active_is_not_offered(world: World) {
    let conn = world.conn().await;
    let inactive = ScopeRecord {
        is_active: false,
        ..notes("Read your notes")
    };
    conn.reads()
        .scopes()
        .upsert(&inactive, world.now)
        .await
        .unwrap();

    assert_eq!(the_notes(&world).await, None);
    let active = conn.reads().scopes().active().await.unwrap();
    assert!(!active.iter().any(|scope| scope.name == inactive.name));
}

async fn a_stored_scope_is_changed_but_a_system_scope_stays_one(world: World) {
    let conn = world.conn().await;
    let system = ScopeRecord {
        is_system: true,
        ..notes("Read")
    };
    for record in [&notes("See"), &system, &notes("Read your notes")] {
        conn.reads()
            .scopes()
            .upsert(record, world.now)
            .await
            .unwrap();
    }
    let expected = ScopeRecord {
        is_system: true,
        ..notes("Read your notes")
    };
    assert_eq!(the_notes(&world).await, Some(expected));
}

async fn storing_the_same_again_touches_nothing(world: World) {
    let conn = world.conn().await;
    conn.reads()
        .scopes()
        .upsert(&notes("Read"), world.now)
        .await
        .unwrap();
    let before = world.database.stored().registry().await;
    conn.reads()
        .scopes()
        .upsert(&notes("Read"), world.later(5))
        .await
        .unwrap();
    assert_eq!(world.database.stored().registry().await, before);
}

async fn what_is_missing_is_added_and_what_is_there_stays(world: World) {
    let conn = world.conn().await;
    for record in [notes("Read"), notes("Read your notes")] {
        conn.reads()
            .scopes()
            .insert_missing(&record, world.now)
            .await
            .unwrap();
    }
    assert_eq!(the_notes(&world).await, Some(notes("Read")));
}

async fn a_name_that_is_none_is_corrupt(world: World) {
    world
        .database
        .run("DELETE FROM scopes WHERE name <> 'email'")
        .await;
    let conn = world.conn().await;
    let look = async || conn.reads().scopes().active().await;
    let seen = world.spoiled(("scopes", "name"), "'two words'", look).await;
    assert_eq!(corrupt_column(seen), "name");
}

async fn the_catalogue_is_listed_by_name_from_a_name_on(world: World) {
    let conn = world.conn().await;
    let scopes = conn.reads().scopes();
    for name in ["list:b", "list:a", "list:c"] {
        let record = ScopeRecord {
            name: name.parse().unwrap(),
            is_active: name != "list:c",
            ..notes("A list")
        };
        assert!(scopes.insert(&record, world.now).await.unwrap());
        assert!(!scopes.insert(&record, world.now).await.unwrap());
    }
    let filter = |is_active| ScopeFilter {
        begins_with: Some("list:".to_owned()),
        is_active,
    };
    let names = async |filter: ScopeFilter, after| {
        let found = scopes.list(&filter, after, 2).await.unwrap();
        let names = found.into_iter().map(|one| one.record.name.to_string());
        names.collect::<Vec<_>>()
    };
    assert_eq!(names(filter(None), None).await, ["list:a", "list:b"]);
    assert_eq!(names(filter(None), Some("list:b")).await, ["list:c"]);
    assert_eq!(names(filter(Some(false)), None).await, ["list:c"]);
    let asked = scope("list:a no-such-scope list:c");
    let known = scopes.known_of(&asked).await.unwrap();
    assert_eq!(known, scope("list:a list:c"));
}

async fn a_scope_that_is_assigned_is_removed_once_it_is_taken_from_its_clients(world: World) {
    let client = world.client("web").await;
    let conn = world.conn().await;
    let scopes = conn.reads().scopes();
    let profile = "profile".parse().unwrap();
    assert!(scopes.lock(&profile).await.unwrap());
    assert!(scopes.find(&profile).await.unwrap().unwrap().is_in_use);
    let refused = scopes.delete(&profile).await.unwrap_err();
    assert!(refused.violates("client_scopes_scope_fkey"));
    scopes.take_from_clients(&profile).await.unwrap();
    assert!(!scopes.find(&profile).await.unwrap().unwrap().is_in_use);
    scopes.delete(&profile).await.unwrap();
    assert_eq!(scopes.find(&profile).await.unwrap(), None);
    assert!(!scopes.lock(&profile).await.unwrap());
    let now = conn
        .reads()
        .clients()
        .find(&client.id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (now.scope, now.version),
        (scope("openid"), client.version + 1)
    );
}
