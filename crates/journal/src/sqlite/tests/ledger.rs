//! The ledger over several processes and days.

use proptest::prelude::*;

use super::*;
use crate::{Ceilings, Client, MemoryStore};

const ASKED: Reservation = Reservation {
    key: IdempotencyKey::from_bits(1),
    job: None,
    client: None,
    points: 25,
    ceilings: Ceilings {
        per_request: None,
        per_day: Some(100),
    },
    again: false,
};

fn other_key() -> Reservation {
    Reservation {
        key: key(2),
        points: 76,
        ..ASKED
    }
}

fn accepted() -> Settlement {
    Settlement::Accepted {
        task_id: "task_1".to_owned(),
    }
}

#[tokio::test]
async fn a_key_in_flight_in_another_process_is_refused() {
    let bench = Bench::new();
    let other = bench.open();
    let verdict = bench.journal.reserve(ASKED).await.unwrap();
    assert_eq!(verdict, Verdict::Granted);
    for again in [false, true] {
        let asked = Reservation { again, ..ASKED };
        let verdict = other.reserve(asked).await.unwrap();
        assert_eq!(verdict, Verdict::InFlight);
    }
    bench.journal.settle(&ASKED.key, accepted()).await.unwrap();
    let verdict = other.reserve(ASKED).await.unwrap();
    assert!(matches!(verdict, Verdict::Accepted { .. }));
}

#[tokio::test]
async fn a_reservation_whose_process_died_is_in_doubt_and_counts() {
    let bench = Bench::new();
    let verdict = bench.journal.reserve(ASKED).await.unwrap();
    assert_eq!(verdict, Verdict::Granted);
    let folder = bench.close();
    let journal = Journal::open_blocking(folder.path()).unwrap();
    assert_eq!(journal.reserve(ASKED).await.unwrap(), Verdict::InDoubt);
    let verdict = journal.reserve(other_key()).await.unwrap();
    assert!(matches!(verdict, Verdict::OverDayCeiling { spent: 25, .. }));
    journal.prune(Duration::ZERO).await.unwrap();
    assert_eq!(journal.reserve(ASKED).await.unwrap(), Verdict::InDoubt);
    // A person may say so nevertheless.
    let asked = Reservation {
        again: true,
        ..ASKED
    };
    assert_eq!(journal.reserve(asked).await.unwrap(), Verdict::Granted);
}

/// The folder that the other process of a test works in.
const ELSEWHERE: &str = "IMA_JOURNAL_TEST_FOLDER";

/// What the other process ends with.
const KILLED: i32 = 86;

/// The other process of the next test. It is gone before it can let go of anything.
#[tokio::test]
async fn a_process_that_ends_in_the_middle() {
    let Some(folder) = std::env::var_os(ELSEWHERE) else {
        return;
    };
    let journal = Journal::open_blocking(folder.as_ref()).unwrap();
    let _claim = journal.begin(creating()).await.unwrap();
    assert_eq!(journal.reserve(ASKED).await.unwrap(), Verdict::Granted);
    std::process::exit(KILLED);
}

#[tokio::test]
async fn what_a_killed_process_held_is_free_and_what_it_sent_in_doubt() {
    let bench = Bench::new();
    let name = module_path!().split_once("::").unwrap().1;
    let status = std::process::Command::new(std::env::current_exe().unwrap())
        .arg("--exact")
        .arg(format!("{name}::a_process_that_ends_in_the_middle"))
        .env(ELSEWHERE, bench.folder.path())
        .stdout(std::process::Stdio::null())
        .status();
    assert_eq!(status.unwrap().code(), Some(KILLED));
    let verdict = bench.journal.reserve(ASKED).await.unwrap();
    assert_eq!(verdict, Verdict::InDoubt);
    let id = bench.journal.list().await.unwrap().remove(0).id;
    assert!(bench.claim(&id).await.unwrap().is_some());
}

#[tokio::test]
async fn what_was_granted_and_settled_outlives_its_process() {
    let bench = Bench::new();
    bench.journal.reserve(ASKED).await.unwrap();
    bench.journal.enqueue_settlement(&ASKED.key, accepted());
    let folder = bench.close();
    let journal = Journal::open_blocking(folder.path()).unwrap();
    let verdict = journal.reserve(ASKED).await.unwrap();
    let task_id = "task_1".to_owned();
    assert_eq!(verdict, Verdict::Accepted { task_id });
}

#[tokio::test]
async fn processes_share_the_ceiling_of_the_day() {
    let bench = Bench::new();
    let journals: Vec<_> = (0..4).map(|_| bench.open()).collect();
    let asked = (0..40).map(|number| Reservation {
        key: key(number),
        ..ASKED
    });
    let journals = journals.iter().cycle();
    let verdicts = journals.zip(asked).map(|(it, asked)| it.reserve(asked));
    let verdicts = futures_util::future::join_all(verdicts).await;
    let granted = verdicts
        .iter()
        .filter(|it| matches!(it, Ok(Verdict::Granted)));
    assert_eq!(granted.count(), 4);
}

#[tokio::test]
async fn another_day_begins_at_nothing_and_remembers_its_keys() {
    let bench = Bench::new();
    bench.journal.reserve(ASKED).await.unwrap();
    bench.journal.settle(&ASKED.key, accepted()).await.unwrap();
    bench.on_writer(|writer| {
        let sql = "UPDATE payments SET reserved_at = unixepoch('now', 'start of day') - 1";
        writer.execute(sql, []).unwrap()
    });
    let verdict = bench.journal.reserve(other_key()).await.unwrap();
    assert_eq!(verdict, Verdict::Granted);
    let verdict = bench.journal.reserve(ASKED).await.unwrap();
    assert!(matches!(verdict, Verdict::Accepted { .. }));
}

#[tokio::test]
async fn old_keys_are_pruned_unless_their_job_stays() {
    let bench = Bench::new();
    let (id, claim) = bench.begin().await;
    claim.checkpoint(waiting()).await.unwrap();
    let of_job = Reservation {
        key: key(3),
        job: Some(id.clone()),
        ..ASKED
    };
    for asked in [ASKED, of_job.clone()] {
        let key = asked.key;
        bench.journal.reserve(asked).await.unwrap();
        bench.journal.settle(&key, accepted()).await.unwrap();
    }
    bench.on_writer(|writer| {
        let sql = "UPDATE payments SET reserved_at = reserved_at - 1000000";
        writer.execute(sql, []).unwrap()
    });
    let age = Duration::from_secs(900_000);
    let known = |key: IdempotencyKey| {
        bench.on_writer(move |writer| {
            let sql = "SELECT count(*) FROM payments WHERE key = ?1";
            let count: u32 = writer
                .query_row(sql, [key.to_string()], |row| row.get(0))
                .unwrap();
            count == 1
        })
    };
    bench.journal.prune(2 * age).await.unwrap();
    assert!(known(ASKED.key) && known(of_job.key));
    bench.journal.prune(age).await.unwrap();
    assert!(!known(ASKED.key) && known(of_job.key));
    let end = JobEnd::success("task_1".to_owned());
    claim.finish(end).await.unwrap();
    bench.journal.mark_saved(&id).await.unwrap();
    bench.journal.prune(Duration::ZERO).await.unwrap();
    assert!(!known(of_job.key));
}

/// One thing that is asked of a ledger.
#[derive(Debug, Clone)]
enum Step {
    Reserve(Reservation),
    Settle(IdempotencyKey, Settlement),
    Prune,
}

fn step() -> impl Strategy<Value = Step> {
    let key = || (0..3_u128).prop_map(key);
    let ceilings = (prop::option::of(10..40_u64), prop::option::of(40..300_u64));
    let client = ("[ab]", prop::option::of(20..100_u64));
    let client = client.prop_map(|(name, per_day)| Client { name, per_day });
    let client = prop::option::of(client);
    let reserve = (key(), 1..50_u64, ceilings, any::<bool>(), client);
    let reserve = reserve.prop_map(|(key, points, (per_request, per_day), again, client)| {
        Step::Reserve(Reservation {
            key,
            job: None,
            client,
            points,
            ceilings: Ceilings {
                per_request,
                per_day,
            },
            again,
        })
    });
    let settlement = prop_oneof![
        "task_[12]".prop_map(|task_id| Settlement::Accepted { task_id }),
        Just(Settlement::Refused),
        Just(Settlement::NotSent),
        Just(Settlement::Unknown),
    ];
    let settle = (key(), settlement).prop_map(|(key, it)| Step::Settle(key, it));
    prop_oneof![4 => reserve, 4 => settle, 1 => Just(Step::Prune)]
}

/// What a ledger says to each step.
async fn answers(journal: &Journal, steps: &[Step]) -> Vec<Option<Verdict>> {
    let mut answers = Vec::new();
    for step in steps.iter().cloned() {
        answers.push(match step {
            Step::Reserve(asked) => Some(journal.reserve(asked).await.unwrap()),
            Step::Settle(key, settlement) => match journal.settle(&key, settlement).await {
                Ok(()) | Err(StoreError::Conflict) => None,
                Err(error) => panic!("{error}"),
            },
            Step::Prune => {
                journal.prune(Duration::ZERO).await.unwrap();
                None
            }
        });
    }
    answers
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn the_ledgers_on_disk_and_in_memory_agree(steps in prop::collection::vec(step(), 1..40)) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let bench = Bench::new();
        // Without syncs it takes a hundredth of the time.
        bench.on_writer(|writer| {
            let _ = writer.execute_batch("COMMIT; PRAGMA synchronous = OFF; BEGIN IMMEDIATE");
        });
        let memory = Journal::with(MemoryStore::new());
        let on_disk = runtime.block_on(answers(&bench.journal, &steps));
        let in_memory = runtime.block_on(answers(&memory, &steps));
        prop_assert_eq!(&on_disk, &in_memory);
    }
}

#[tokio::test]
async fn a_task_that_the_database_can_not_take_is_kept_beside_it_and_taken_in_later() {
    let bench = Bench::new();
    let entry = Entry {
        task: None,
        model_name: None,
        state: crate::CheckpointState::Creating,
        task_id: None,
        continuation: "c1".to_owned(),
    };
    let claim = bench.journal.begin(entry).await.unwrap();
    let job = claim.job().to_owned();
    let asked = Reservation {
        job: Some(job.clone()),
        ..ASKED
    };
    assert_eq!(
        bench.journal.reserve(asked).await.unwrap(),
        Verdict::Granted
    );
    let spare = bench.folder.path().join("spare");
    assert_eq!(std::fs::read_dir(&spare).unwrap().count(), 1);

    // Nothing can be written any more.
    let path = bench.folder.path().join("journal.db");
    let other = rusqlite::Connection::open(&path).unwrap();
    other
        .execute_batch("ALTER TABLE payments RENAME TO hidden")
        .unwrap();
    bench
        .journal
        .settle(&ASKED.key, accepted())
        .await
        .unwrap_err();
    other
        .execute_batch("ALTER TABLE hidden RENAME TO payments")
        .unwrap();
    drop((other, claim));

    let folder = bench.close();
    let journal = Journal::open_blocking(folder.path()).unwrap();
    let job = journal.get(&job).await.unwrap().unwrap();
    assert_eq!(job.task_id.as_deref(), Some("task_1"));
    let verdict = journal.reserve(ASKED).await.unwrap();
    assert!(matches!(verdict, Verdict::Accepted { .. }), "{verdict:?}");
    assert_eq!(std::fs::read_dir(spare).unwrap().count(), 0);
}

#[tokio::test]
async fn what_is_settled_leaves_nothing_beside_the_database() {
    let bench = Bench::new();
    for (bits, settlement) in [
        (1, accepted()),
        (2, Settlement::Refused),
        (3, Settlement::NotSent),
        (4, Settlement::Unknown),
    ] {
        let asked = Reservation {
            key: key(bits),
            points: 1,
            ..ASKED
        };
        assert_eq!(
            bench.journal.reserve(asked).await.unwrap(),
            Verdict::Granted
        );
        bench.journal.settle(&key(bits), settlement).await.unwrap();
    }
    let spare = bench.folder.path().join("spare");
    assert_eq!(std::fs::read_dir(spare).unwrap().count(), 0);
}
