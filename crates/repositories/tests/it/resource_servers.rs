//! `resource_servers`.

use authly_domain::id::ResourceServerId;
use authly_domain::resource_servers::{OpenTo, ResourceServer, ResourceServerFilter};
use authly_domain::scopes::Resource;
use authly_repositories::StatementMode;
use pretty_assertions::assert_eq;

use crate::spoil::corrupt_column;
use crate::world::World;

in_both_modes!(
    one_reads_back_as_it_was_stored_and_has_no_second_spelling,
    every_change_raises_the_number_that_nodes_look_at,
    they_are_listed_by_identifier_from_one_on,
    one_is_taken_from_the_clients_that_name_it,
    an_identifier_that_is_none_is_corrupt,
);

const NOTES: &str = "https://notes.example.com";

fn resource(text: &str) -> Resource {
    text.parse().unwrap()
}

fn server(world: &World, text: &str) -> ResourceServer {
    ResourceServer {
        id: world.id(ResourceServerId::generate),
        resource: resource(text),
        name: "Notes".to_owned(),
        open_to: OpenTo::ListedClients,
        is_active: true,
    }
}

async fn one_reads_back_as_it_was_stored_and_has_no_second_spelling(world: World) {
    let conn = world.conn().await;
    let servers = conn.reads().resource_servers();
    let notes = server(&world, NOTES);
    assert!(servers.insert(&notes, world.now).await.unwrap());
    let again = server(&world, "HTTPS://Notes.example.com/");
    assert!(!servers.insert(&again, world.now).await.unwrap());

    let found = servers.find(notes.id).await.unwrap().unwrap();
    assert_eq!((&found.server, found.version), (&notes, 1));
    assert_eq!(found.server.resource.as_str(), NOTES);
    let by_name = servers.find_by_resource(&again.resource).await.unwrap();
    assert_eq!(by_name, Some(found.clone()));
    let nowhere = resource("https://nowhere.example");
    let named = [again.resource, nowhere];
    let held = servers.hold(&named).await.unwrap();
    let held: Vec<_> = held.iter().map(Resource::as_str).collect();
    assert_eq!(held, [NOTES]);
    assert_eq!(servers.hold(&[]).await.unwrap(), []);
    assert_eq!(servers.lock(notes.id).await.unwrap(), Some(found));
}

async fn every_change_raises_the_number_that_nodes_look_at(world: World) {
    let conn = world.conn().await;
    let servers = conn.reads().resource_servers();
    let empty = servers.all().await.unwrap();
    let mut seen = vec![empty.version];
    let mut note = async || seen.push(servers.version().await.unwrap());

    let mut notes = server(&world, NOTES);
    servers.insert(&notes, world.now).await.unwrap();
    note().await;
    notes.is_active = false;
    notes.open_to = OpenTo::EveryClient;
    servers.update(&notes).await.unwrap();
    note().await;
    let stored = servers.find(notes.id).await.unwrap().unwrap();
    assert_eq!((stored.server, stored.version), (notes.clone(), 2));
    let code = "infrastructure".parse().unwrap();
    servers.mark(notes.id, Some(&code)).await.unwrap();
    note().await;
    let marked = servers.find(notes.id).await.unwrap().unwrap();
    assert_eq!((marked.managed_by, marked.version), (Some(code), 3));
    servers.delete(notes.id).await.unwrap();
    note().await;
    assert!(seen.is_sorted_by(|a, b| a < b), "{seen:?}");
    assert_eq!(servers.find(notes.id).await.unwrap(), None);
    assert_eq!(servers.lock(notes.id).await.unwrap(), None);

    // What is the same again is no news to whoever has seen its version.
    let notes = server(&world, NOTES);
    servers.insert(&notes, world.now).await.unwrap();
    servers.update(&notes).await.unwrap();
    let stored = servers.find(notes.id).await.unwrap().unwrap();
    assert_eq!(stored.version, 1);
}

async fn they_are_listed_by_identifier_from_one_on(world: World) {
    let conn = world.conn().await;
    let servers = conn.reads().resource_servers();
    for name in ["b", "a", "c"] {
        let one = ResourceServer {
            is_active: name != "c",
            ..server(&world, &format!("https://list.example/{name}"))
        };
        servers.insert(&one, world.now).await.unwrap();
    }
    servers
        .insert(&server(&world, NOTES), world.now)
        .await
        .unwrap();
    let filter = |is_active| ResourceServerFilter {
        begins_with: Some("https://list.example/".to_owned()),
        is_active,
        resource: None,
    };
    let names = async |filter: ResourceServerFilter, after| {
        let found = servers.list(&filter, after, 2).await.unwrap();
        let last = |one: &Resource| one.as_str().rsplit('/').next().unwrap().to_owned();
        let names = found.iter().map(|one| last(&one.server.resource));
        names.collect::<Vec<_>>()
    };
    assert_eq!(names(filter(None), None).await, ["a", "b"]);
    let after = Some("https://list.example/b");
    assert_eq!(names(filter(None), after).await, ["c"]);
    assert_eq!(names(filter(Some(false)), None).await, ["c"]);
    assert_eq!(names(ResourceServerFilter::default(), after).await.len(), 2);
    let spelled = ResourceServerFilter {
        resource: Some(resource("HTTPS://LIST.example/b")),
        ..ResourceServerFilter::default()
    };
    assert_eq!(names(spelled, None).await, ["b"]);
}

async fn one_is_taken_from_the_clients_that_name_it(world: World) {
    let (named, other) = (resource(NOTES), resource("https://files.example.com"));
    let conn = world.conn().await;
    let clients = conn.reads().clients();
    let mut versions = Vec::new();
    for (name, resources, audience) in [
        ("asks", vec![named.clone(), other.clone()], Vec::new()),
        ("gets", Vec::new(), vec![named.clone()]),
        ("neither", vec![other.clone()], vec![other.clone()]),
    ] {
        let mut client = world.client(name).await;
        client.resources = resources;
        client.default_audience = audience;
        clients.upsert(&client, world.now).await.unwrap();
        let stored = clients.find(&client.id).await.unwrap().unwrap();
        versions.push(stored.version);
    }
    let servers = conn.reads().resource_servers();
    assert_eq!(servers.clients_of(&named).await.unwrap(), 2);
    servers.take_from_clients(&named).await.unwrap();
    assert_eq!(servers.clients_of(&named).await.unwrap(), 0);
    assert_eq!(servers.clients_of(&other).await.unwrap(), 2);
    for (at, (name, resources, audience, raised)) in [
        ("asks", vec![other.clone()], Vec::new(), 1),
        ("gets", Vec::new(), Vec::new(), 1),
        ("neither", vec![other.clone()], vec![other.clone()], 0),
    ]
    .into_iter()
    .enumerate()
    {
        let found = clients.find(&name.parse().unwrap()).await.unwrap().unwrap();
        assert_eq!(
            (found.resources, found.default_audience),
            (resources, audience)
        );
        assert_eq!(found.version, versions[at] + raised, "{name}");
    }
}

async fn an_identifier_that_is_none_is_corrupt(world: World) {
    let conn = world.conn().await;
    let servers = conn.reads().resource_servers();
    servers
        .insert(&server(&world, NOTES), world.now)
        .await
        .unwrap();
    let look = async || conn.reads().resource_servers().all().await;
    let place = ("resource_servers", "resource");
    let seen = world.spoiled(place, "'no-uri'", look).await;
    assert_eq!(corrupt_column(seen), "resource");
}

/// What undoes the migration.
const BEFORE: &str = "
    DROP TABLE resource_servers;
    DROP FUNCTION note_resource_servers();
    ALTER TABLE revisions DROP COLUMN resource_servers;
    DROP INDEX clients_resources_idx;
    DROP INDEX clients_default_audience_idx;";

#[tokio::test]
async fn what_clients_named_before_there_was_a_registry_is_registered() {
    let world = World::new(StatementMode::Prepared).await;
    let spellings = [
        "https://API.example.com/v1?Q=a",
        "https://api.example.com",
        "HTTPS://Api.example.com/",
        "https://Me@API.example.com:8443",
        "https://api.example.com?v=/1",
        "URN:Example:api",
        "https:api.example.com/a",
        r"https://api.example.com\@A",
    ];
    for (name, resources, audience) in [
        ("old", &spellings[..2], &spellings[3..4]),
        ("new", &spellings[2..3], &spellings[4..]),
        ("none", &[][..], &[][..]),
    ] {
        let mut client = world.client(name).await;
        let parsed = |texts: &[&str]| texts.iter().map(|text| resource(text)).collect();
        client.resources = parsed(resources);
        client.default_audience = parsed(audience);
        let at = world.later(u64::from(name == "new"));
        let conn = world.conn().await;
        conn.reads().clients().upsert(&client, at).await.unwrap();
    }
    let session = world.database.session().await;
    session.batch_execute(BEFORE).await.unwrap();
    let age = "UPDATE clients SET created_at = created_at + interval '1 s'
                WHERE client_id = 'new'";
    session.batch_execute(age).await.unwrap();
    let migration = include_str!("../../../../migrations/V0032__create_resource_servers.sql");
    session.batch_execute(migration).await.unwrap();

    let rows = "SELECT resource, normal_form, open_to, is_active FROM resource_servers";
    let rows = session.query(rows, &[]).await.unwrap();
    let mut registered = Vec::new();
    for row in &rows {
        let (text, normal): (String, String) = (row.get(0), row.get(1));
        assert_eq!(resource(&text).normal_form(), normal);
        assert_eq!(row.get::<_, &str>(2), "listed_clients");
        assert!(row.get::<_, bool>(3));
        registered.push(text);
    }
    registered.sort();
    // The older client's spelling is the one.
    let mut expected = [&spellings[..2], &spellings[3..]].concat();
    expected.sort_unstable();
    assert_eq!(registered, expected);
    let conn = world.conn().await;
    let clients = conn.reads().clients();
    let found = clients.find(&"new".parse().unwrap()).await;
    let found = found.unwrap().unwrap();
    assert_eq!(found.resources[0].as_str(), "https://api.example.com");
    let audience: Vec<_> = found
        .default_audience
        .iter()
        .map(Resource::as_str)
        .collect();
    assert_eq!(audience, spellings[4..]);
}
