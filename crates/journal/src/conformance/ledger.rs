//! The ledger: no key is paid for twice, and no ceiling is broken.

use std::time::Duration;

use super::{creating, key, together};
use crate::{
    Ceilings, Client, IdempotencyKey, Journal, Reservation, Settlement, StoreError, TRIES, Verdict,
};

fn reservation(key: IdempotencyKey) -> Reservation {
    Reservation {
        key,
        job: None,
        client: None,
        points: 25,
        ceilings: Ceilings::default(),
        again: false,
    }
}

fn task(id: &str) -> String {
    id.to_owned()
}

fn accepted(id: &str) -> Settlement {
    Settlement::Accepted { task_id: task(id) }
}

async fn reserve(journal: &Journal, key: IdempotencyKey) -> Verdict {
    journal.reserve(reservation(key)).await.unwrap()
}

async fn settle(journal: &Journal, key: IdempotencyKey, settlement: Settlement) {
    journal.settle(&key, settlement).await.unwrap();
}

/// Reserves a key that must be granted, and settles it.
async fn send(journal: &Journal, key: IdempotencyKey, settlement: Settlement) {
    assert_eq!(reserve(journal, key).await, Verdict::Granted);
    settle(journal, key, settlement).await;
}

pub(crate) async fn a_key_that_was_accepted_is_answered_with_its_task(journal: Journal) {
    send(&journal, key(1), accepted("task_1")).await;
    // Even if a person asks, and whatever it would cost.
    let asked = Reservation {
        again: true,
        points: u64::MAX,
        ..reservation(key(1))
    };
    let task_id = task("task_1");
    assert_eq!(
        journal.reserve(asked).await.unwrap(),
        Verdict::Accepted { task_id }
    );
    assert_eq!(reserve(&journal, key(2)).await, Verdict::Granted);
}

pub(crate) async fn a_key_in_flight_or_in_doubt_is_refused(journal: Journal) {
    assert_eq!(reserve(&journal, key(1)).await, Verdict::Granted);
    for again in [false, true] {
        let asked = Reservation {
            again,
            ..reservation(key(1))
        };
        let verdict = journal.reserve(asked).await.unwrap();
        assert_eq!(verdict, Verdict::InFlight);
    }
    settle(&journal, key(1), Settlement::Unknown).await;
    assert_eq!(reserve(&journal, key(1)).await, Verdict::InDoubt);
    settle(&journal, key(1), accepted("task_1")).await;
    let task_id = task("task_1");
    assert_eq!(
        reserve(&journal, key(1)).await,
        Verdict::Accepted { task_id }
    );
}

pub(crate) async fn a_person_may_have_a_doubt_sent_again(journal: Journal) {
    let ceilings = Ceilings {
        per_request: None,
        per_day: Some(60),
    };
    let asked = Reservation {
        again: true,
        ceilings,
        ..reservation(key(1))
    };
    send(&journal, key(1), Settlement::Unknown).await;
    let verdict = journal.reserve(asked.clone()).await.unwrap();
    assert_eq!(verdict, Verdict::Granted);
    settle(&journal, key(1), Settlement::Refused).await;
    // The doubt is still there, and so are its points.
    assert_eq!(reserve(&journal, key(1)).await, Verdict::InDoubt);
    let verdict = journal.reserve(asked.clone()).await.unwrap();
    assert_eq!(verdict, Verdict::Granted);
    let other = Reservation {
        ceilings,
        ..reservation(key(2))
    };
    let verdict = journal.reserve(other).await.unwrap();
    let (spent, points, ceiling) = (50, 25, 60);
    assert_eq!(
        verdict,
        Verdict::OverDayCeiling {
            spent,
            points,
            ceiling
        }
    );
    settle(&journal, key(1), accepted("task_1")).await;
    let task_id = task("task_1");
    assert_eq!(
        journal.reserve(asked).await.unwrap(),
        Verdict::Accepted { task_id }
    );
}

pub(crate) async fn a_refused_key_is_sent_three_times_in_all(journal: Journal) {
    for _ in 0..TRIES {
        send(&journal, key(1), Settlement::Refused).await;
    }
    assert_eq!(reserve(&journal, key(1)).await, Verdict::Exhausted);
    assert_eq!(reserve(&journal, key(2)).await, Verdict::Granted);
}

pub(crate) async fn a_request_that_was_not_sent_gives_its_try_back(journal: Journal) {
    for _ in 0..5 {
        send(&journal, key(1), Settlement::NotSent).await;
    }
    for _ in 0..TRIES {
        send(&journal, key(1), Settlement::NotSent).await;
        send(&journal, key(1), Settlement::Refused).await;
    }
    assert_eq!(reserve(&journal, key(1)).await, Verdict::Exhausted);
}

pub(crate) async fn an_acceptance_is_never_taken_back(journal: Journal) {
    send(&journal, key(1), accepted("task_1")).await;
    for settlement in [
        Settlement::Refused,
        Settlement::NotSent,
        Settlement::Unknown,
    ] {
        settle(&journal, key(1), settlement).await;
    }
    let refused = journal.settle(&key(1), accepted("task_2")).await;
    assert!(matches!(refused, Err(StoreError::Conflict)));
    let task_id = task("task_1");
    assert_eq!(
        reserve(&journal, key(1)).await,
        Verdict::Accepted { task_id }
    );
}

pub(crate) async fn what_is_known_is_not_put_in_doubt(journal: Journal) {
    for known in [Settlement::Refused, Settlement::NotSent] {
        send(&journal, key(1), known).await;
        settle(&journal, key(1), Settlement::Unknown).await;
    }
    assert_eq!(reserve(&journal, key(1)).await, Verdict::Granted);
}

pub(crate) async fn a_settlement_may_be_repeated(journal: Journal) {
    send(&journal, key(1), Settlement::Refused).await;
    settle(&journal, key(1), Settlement::Refused).await;
    send(&journal, key(1), Settlement::NotSent).await;
    settle(&journal, key(1), Settlement::NotSent).await;
    send(&journal, key(1), Settlement::Refused).await;
    send(&journal, key(1), accepted("task_1")).await;
    settle(&journal, key(1), accepted("task_1")).await;
    let task_id = task("task_1");
    assert_eq!(
        reserve(&journal, key(1)).await,
        Verdict::Accepted { task_id }
    );
}

pub(crate) async fn a_key_that_was_never_reserved_may_be_accepted(journal: Journal) {
    settle(&journal, key(1), accepted("task_1")).await;
    settle(&journal, key(2), Settlement::Unknown).await;
    settle(&journal, key(3), Settlement::Refused).await;
    let task_id = task("task_1");
    assert_eq!(
        reserve(&journal, key(1)).await,
        Verdict::Accepted { task_id }
    );
    assert_eq!(reserve(&journal, key(2)).await, Verdict::InDoubt);
    for _ in 0..TRIES {
        send(&journal, key(3), Settlement::Refused).await;
    }
}

pub(crate) async fn a_settlement_that_nobody_waits_for_is_in_order(journal: Journal) {
    assert_eq!(reserve(&journal, key(1)).await, Verdict::Granted);
    journal.enqueue_settlement(&key(1), accepted("task_1"));
    let task_id = task("task_1");
    assert_eq!(
        reserve(&journal, key(1)).await,
        Verdict::Accepted { task_id }
    );
}

pub(crate) async fn one_request_may_not_cost_more_than_its_ceiling(journal: Journal) {
    let asked = |points| Reservation {
        points,
        ceilings: Ceilings {
            per_request: Some(30),
            per_day: None,
        },
        ..reservation(key(1))
    };
    let (points, ceiling) = (31, 30);
    let verdict = journal.reserve(asked(points)).await.unwrap();
    assert_eq!(verdict, Verdict::OverRequestCeiling { points, ceiling });
    // A refusal of the ledger leaves nothing behind.
    let verdict = journal.reserve(asked(30)).await.unwrap();
    assert_eq!(verdict, Verdict::Granted);
}

pub(crate) async fn a_day_counts_what_may_have_been_spent(journal: Journal) {
    send(&journal, key(1), accepted("task_1")).await;
    send(&journal, key(2), Settlement::Unknown).await;
    send(&journal, key(3), Settlement::Refused).await;
    send(&journal, key(4), Settlement::NotSent).await;
    assert_eq!(reserve(&journal, key(5)).await, Verdict::Granted);
    let asked = |points| Reservation {
        points,
        ceilings: Ceilings {
            per_request: None,
            per_day: Some(100),
        },
        ..reservation(key(6))
    };
    let (spent, points, ceiling) = (75, 26, 100);
    let over = Verdict::OverDayCeiling {
        spent,
        points,
        ceiling,
    };
    assert_eq!(journal.reserve(asked(points)).await.unwrap(), over);
    let verdict = journal.reserve(asked(25)).await.unwrap();
    assert_eq!(verdict, Verdict::Granted);
}

pub(crate) async fn a_client_has_a_day_of_its_own(journal: Journal) {
    let asked = |number, name: &str| Reservation {
        client: Some(Client {
            name: name.to_owned(),
            per_day: Some(50),
        }),
        ceilings: Ceilings {
            per_request: None,
            per_day: Some(100),
        },
        ..reservation(key(number))
    };
    for (number, name, expected) in [
        (1, "mia", None),
        (2, "mia", None),
        (3, "mia", Some((50, 50))),
        (4, "ben", None),
        (5, "ben", None),
        // Of all together.
        (6, "eva", Some((100, 100))),
    ] {
        let verdict = journal.reserve(asked(number, name)).await.unwrap();
        let expected = expected.map(|(spent, ceiling)| Verdict::OverDayCeiling {
            spent,
            points: 25,
            ceiling,
        });
        assert_eq!(verdict, expected.unwrap_or(Verdict::Granted), "{name}");
    }
}

pub(crate) async fn many_at_once_stay_under_the_ceiling_of_the_day(journal: Journal) {
    let ceilings = Ceilings {
        per_request: Some(25),
        per_day: Some(260),
    };
    let asked = (0..40).map(|number| Reservation {
        ceilings,
        ..reservation(key(number % 20))
    });
    let verdicts = together(asked.map(|it| journal.reserve(it))).await;
    let granted = verdicts
        .iter()
        .filter(|it| matches!(it, Ok(Verdict::Granted)));
    assert_eq!(granted.count(), 10);
}

pub(crate) async fn pruning_keeps_today_and_every_doubt(journal: Journal) {
    let claim = journal.begin(creating()).await.unwrap();
    let of_job = Reservation {
        job: Some(claim.job().to_owned()),
        ..reservation(key(1))
    };
    assert_eq!(journal.reserve(of_job).await.unwrap(), Verdict::Granted);
    settle(&journal, key(1), accepted("task_1")).await;
    send(&journal, key(2), Settlement::Unknown).await;
    send(&journal, key(3), accepted("task_3")).await;
    journal.prune(Duration::ZERO).await.unwrap();
    for (number, id) in [(1, "task_1"), (3, "task_3")] {
        let task_id = task(id);
        let verdict = reserve(&journal, key(number)).await;
        assert_eq!(verdict, Verdict::Accepted { task_id });
    }
    assert_eq!(reserve(&journal, key(2)).await, Verdict::InDoubt);
}

pub(crate) async fn what_was_sent_is_listed_with_what_became_of_it(journal: Journal) {
    send(&journal, key(1), accepted("task_1")).await;
    send(&journal, key(2), Settlement::Unknown).await;
    assert_eq!(reserve(&journal, key(3)).await, Verdict::Granted);
    let all = journal.payments(0).await.unwrap();
    let mut ends: Vec<_> = all.iter().map(|it| it.settlement.clone()).collect();
    ends.sort_by_key(|it| format!("{it:?}"));
    let expected = [None, Some(accepted("task_1")), Some(Settlement::Unknown)];
    assert_eq!(ends, expected);
    assert!(all.iter().all(|it| it.points == 25 && it.reserved_at > 0));
    assert!(journal.payments(i64::MAX).await.unwrap().is_empty());
}
