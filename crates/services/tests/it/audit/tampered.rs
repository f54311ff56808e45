//! What somebody does behind the server's back is found, and named.

use std::time::Duration;

use authly_domain::audit::Link;
use authly_services::audit::FaultKind::{
    Altered, Anchor, Head, Inserted, NotKept, PersonalAltered, Removed, Reordered, Rewritten,
};
use authly_testing::TestServices;
use pretty_assertions::assert_eq;

use super::{against, faults, head, seal, ten, trail, verified};
use crate::flow;

#[tokio::test]
async fn an_altered_event_is_named() {
    let services = ten().await;
    services.stored().alter_event(4).await;
    assert_eq!(faults(&services).await, [(Altered, 4)]);
}

#[tokio::test]
async fn a_fault_names_the_row_that_it_is_about_as_far_as_there_is_one() {
    let services = ten().await;
    let id_at = async |position| {
        let events = services.stored().events().await;
        let mut events = events.into_iter();
        let found = events.find(|event| event.position == Some(position));
        found.map(|event| event.id)
    };
    services.stored().alter_event(2).await;
    services.stored().remove_event(4).await;
    services.stored().swap_events(6, 7).await;
    services.stored().insert_event(11).await;
    let mut expected = Vec::new();
    for (kind, position) in [
        (Altered, 2),
        (Removed, 4),
        (Reordered, 6),
        (Reordered, 7),
        (Inserted, 11),
    ] {
        expected.push((kind, position, id_at(position).await));
    }
    assert_eq!(expected[1].2, None);
    let parts = verified(&services, None).await;
    let found = parts.iter().flat_map(|part| &part.faults).map(|fault| {
        let event = fault.event.map(|id| id.as_uuid().to_string());
        (fault.kind, fault.position, event)
    });
    assert_eq!(found.collect::<Vec<_>>(), expected);
}

#[tokio::test]
async fn an_event_whose_hash_or_link_was_altered_is_named() {
    for altered in [1, 5, 10] {
        let services = ten().await;
        services.stored().alter_hash_of_event(altered).await;
        let found = faults(&services).await;
        assert_eq!(found.first(), Some(&(Altered, altered)));
        assert!(found.iter().all(|(kind, _)| matches!(kind, Altered | Head)));

        let services = ten().await;
        services.stored().alter_link_of_event(altered).await;
        assert_eq!(faults(&services).await, [(Altered, altered)]);
    }
}

#[tokio::test]
async fn a_removed_event_is_named_whether_its_place_is_empty_or_closed_up() {
    for removed in [1, 5, 10] {
        let services = ten().await;
        services.stored().remove_event(removed).await;
        assert_eq!(faults(&services).await, [(Removed, removed)]);
    }
    for removed in [1, 5, 9] {
        let services = ten().await;
        services.stored().remove_event(removed).await;
        services.stored().move_events(removed + 1, -1).await;
        assert_eq!(faults(&services).await, [(Removed, removed)]);
    }
}

#[tokio::test]
async fn several_removed_events_are_each_named() {
    let services = ten().await;
    for removed in [4, 5, 8] {
        services.stored().remove_event(removed).await;
    }
    let expected = [(Removed, 4), (Removed, 5), (Removed, 8)];
    assert_eq!(faults(&services).await, expected);
}

#[tokio::test]
async fn an_end_that_was_cut_off_is_named_and_with_its_head_found_by_one_that_was_noted() {
    let services = ten().await;
    let noted = head(&services).await;
    services.stored().remove_event(10).await;
    assert_eq!(faults(&services).await, [(Removed, 10)]);

    services.stored().move_head(9).await;
    assert_eq!(faults(&services).await, []);
    assert_eq!(against(&services, noted).await, [(Rewritten, 10)]);
}

#[tokio::test]
async fn an_inserted_event_is_named() {
    // Behind the last one, and between two that were moved apart.
    let services = ten().await;
    services.stored().insert_event(11).await;
    assert_eq!(faults(&services).await, [(Inserted, 11)]);

    for place in [2, 6, 10] {
        let services = ten().await;
        services.stored().move_events(place, 1).await;
        services.stored().insert_event(place).await;
        assert_eq!(faults(&services).await, [(Inserted, place)]);
    }
}

#[tokio::test]
async fn events_in_another_order_are_named() {
    for (one, other) in [(1, 2), (5, 6), (9, 10)] {
        let services = ten().await;
        services.stored().swap_events(one, other).await;
        let expected = [(Reordered, one), (Reordered, other)];
        assert_eq!(faults(&services).await, expected);
    }
    let services = ten().await;
    services.stored().move_events(10, 5).await;
    assert_eq!(faults(&services).await, [(Reordered, 15)]);
}

#[tokio::test]
async fn several_things_at_once_are_told_apart() {
    let services = ten().await;
    services.stored().alter_event(2).await;
    services.stored().remove_event(5).await;
    services.stored().swap_events(7, 8).await;
    let expected = [(Altered, 2), (Removed, 5), (Reordered, 7), (Reordered, 8)];
    assert_eq!(faults(&services).await, expected);
}

#[tokio::test]
async fn what_is_told_of_a_person_cannot_be_changed_either() {
    let services = TestServices::start().await;
    let alice = services.user("alice").create().await;
    flow::logged_in(&services, &alice).await;
    seal(&services).await;
    assert_eq!(faults(&services).await, []);
    services.stored().alter_address_of_event(1).await;
    assert_eq!(faults(&services).await, [(PersonalAltered, 1)]);
}

#[tokio::test]
async fn what_is_told_of_a_person_goes_with_that_person_and_not_before() {
    let services = TestServices::start().await;
    let root = services.user("root").administrator().create().await;
    let alice = services.user("alice").create().await;
    flow::logged_in(&services, &alice).await;
    services.advance(Duration::from_secs(1));
    flow::failed_login(&services, &alice).await;
    services.advance(Duration::from_secs(1));
    flow::login_of_nobody(&services, "nobody").await;
    seal(&services).await;
    assert_eq!(faults(&services).await, []);
    for position in 1..=3 {
        services.stored().remove_personal_of_event(position).await;
    }
    let expected = [1, 2, 3].map(|position| (PersonalAltered, position));
    assert_eq!(faults(&services).await, expected);
    assert_eq!(verified(&services, None).await[0].erased, 0);

    let by = crate::users::person(&root);
    let users = &services.deps.user_admin;
    let order = crate::users::order(&by);
    users.delete(alice.id, &order).await.unwrap();
    seal(&services).await;
    assert_eq!(faults(&services).await, [(PersonalAltered, 3)]);
    assert_eq!(verified(&services, None).await[0].erased, 2);
}

#[tokio::test]
async fn a_trail_of_which_every_hash_was_altered_is_named_from_end_to_end() {
    let services = TestServices::start().await;
    let root = services.user("root").administrator().create().await;
    trail(&services, &root, 300).await;
    services.stored().alter_all_hashes().await;
    let mut expected: Vec<_> = (1..=300).map(|position| (Altered, position)).collect();
    expected.push((Head, 300));
    assert_eq!(faults(&services).await, expected);
}

#[tokio::test]
async fn a_beginning_that_was_cut_off_is_found_by_what_the_server_has_said() {
    let services = ten().await;
    services.stored().move_anchor(3).await;
    assert_eq!(faults(&services).await, [(Anchor, 3)]);
}

#[tokio::test]
async fn a_head_that_was_noted_fits_for_ever_and_no_other_does() {
    let services = ten().await;
    let noted = head(&services).await;
    let root = services.user("another").administrator().create().await;
    trail(&services, &root, 3).await;
    assert_eq!(against(&services, noted).await, []);
    let forged = Link {
        hash: [7; 32],
        ..noted
    };
    let beyond = Link {
        position: 999,
        ..noted
    };
    for wrong in [forged, beyond] {
        let found = against(&services, wrong).await;
        assert_eq!(found, [(Rewritten, wrong.position)]);
    }
}

#[tokio::test]
async fn a_chain_that_was_cut_off_and_rebuilt_never_passes_for_the_one_that_was_noted() {
    let services = ten().await;
    let noted = head(&services).await;
    let root = services.user("another").administrator().create().await;
    trail(&services, &root, 5).await;
    let later = head(&services).await;
    services.stored().rebuild_chain_after(12).await;
    seal(&services).await;
    assert_eq!(services.stored().chain_ends().await, (12, 16));
    assert_eq!(
        faults(&services).await,
        [],
        "nothing but a noted place tells"
    );
    assert_eq!(against(&services, noted).await, [(NotKept, 10)]);
    assert_eq!(against(&services, later).await, [(Rewritten, 15)]);
    let nowhere = Link {
        position: -1,
        ..noted
    };
    assert_eq!(against(&services, nowhere).await, [(NotKept, -1)]);
}
