//! Many writers at once.

use std::sync::mpsc;
use std::task::Waker;

use futures_util::future::join_all;

use super::*;

/// Holds the journal's thread until the gate is dropped: what is asked for meanwhile is queued.
fn hold(bench: &Bench) -> mpsc::Sender<()> {
    let (gate, opened) = mpsc::channel::<()>();
    let (entered, held) = mpsc::channel();
    bench.store().inner.writer.submit(
        Haste::Now,
        move |_| {
            entered.send(()).unwrap();
            opened.recv().unwrap_err();
            Ok(())
        },
        drop,
    );
    held.recv().unwrap();
    gate
}

/// Asks once, which is enough to queue an entry.
fn queue<F: Future + ?Sized>(future: &mut std::pin::Pin<Box<F>>) {
    let mut context = std::task::Context::from_waker(Waker::noop());
    assert!(future.as_mut().poll(&mut context).is_pending());
}

#[tokio::test]
async fn what_is_queued_is_committed_together() {
    let bench = Bench::new();
    let journal = &bench.journal;
    let gate = hold(&bench);
    let log = bench.folder.path().join("journal.db-wal");
    let size = move || fs::metadata(&log).unwrap().len();
    let before = size();
    let mut writes: Vec<_> = (0..200)
        .map(|_| Box::pin(journal.begin(creating())))
        .collect();
    writes.iter_mut().for_each(queue);
    let mut last = bench.store().write(move |_| Ok(size()));
    queue(&mut last);
    drop(gate);
    let claims = join_all(writes).await;
    // A commit goes to the log: there was none before the last of them was done.
    assert_eq!(last.await.unwrap(), before);
    let jobs = journal.list().await.unwrap();
    assert_eq!(jobs.len(), 200);
    for claim in &claims {
        let id = claim.as_ref().unwrap().job();
        assert!(jobs.iter().any(|job| job.id == id));
    }
}

#[tokio::test]
async fn one_that_does_not_fit_fails_alone() {
    let bench = Bench::new();
    let journal = &bench.journal;
    bench.on_writer(|writer| {
        let sql = "SELECT page_count + 10 FROM pragma_page_count";
        let pages: u32 = writer.query_row(sql, [], |row| row.get(0)).unwrap();
        let limited = writer.pragma_update_and_check(None, "max_page_count", pages, |_| Ok(()));
        limited.unwrap();
    });
    let mut continuations = vec!["c1".to_owned(); 5];
    continuations[2] = "c".repeat(100_000);
    let gate = hold(&bench);
    let mut writes: Vec<_> = continuations
        .iter()
        .map(|it| Box::pin(journal.begin(entry(CheckpointState::Creating, it))))
        .collect();
    writes.iter_mut().for_each(queue);
    drop(gate);
    let results = join_all(writes).await;
    for (number, result) in results.iter().enumerate() {
        match number {
            2 => assert!(matches!(result, Err(StoreError::Full { .. })), "{result:?}"),
            _ => assert!(result.is_ok(), "{result:?}"),
        }
    }
    assert_eq!(journal.list().await.unwrap().len(), 4);
}

#[tokio::test]
async fn one_that_ends_the_whole_transaction_fails_alone() {
    let bench = Bench::new();
    let journal = &bench.journal;
    let gate = hold(&bench);
    let mut first = Box::pin(journal.begin(creating()));
    // As SQLite itself does where a disk is full at a bad moment.
    let mut lost = bench
        .store()
        .write(|connection| Ok(connection.execute_batch("ROLLBACK")?));
    let mut last = Box::pin(journal.begin(creating()));
    queue(&mut first);
    queue(&mut lost);
    queue(&mut last);
    drop(gate);
    let (first, lost, last) = tokio::join!(first, lost, last);
    assert!(lost.is_err());
    assert_ne!(first.unwrap().job(), last.unwrap().job());
    assert_eq!(journal.list().await.unwrap().len(), 2);
}

#[tokio::test]
async fn an_entry_that_nobody_waits_for_any_more_is_written_and_free() {
    let bench = Bench::new();
    let journal = &bench.journal;
    let gate = hold(&bench);
    let mut write = Box::pin(journal.begin(creating()));
    queue(&mut write);
    drop(write);
    drop(gate);
    bench.on_writer(|_| ());
    let job = journal.list().await.unwrap().remove(0);
    assert_eq!(job.continuation, "c1");
    assert!(journal.claim(FindJob::Id(job.id)).await.unwrap().is_some());
}

#[test]
fn writers_keep_no_thread_from_others() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .max_blocking_threads(1)
        .build()
        .unwrap();
    let bench = Bench::new();
    let journal = &bench.journal;
    let gate = hold(&bench);
    runtime.block_on(async {
        let mut write = Box::pin(journal.begin(creating()));
        queue(&mut write);
        // The journal can be read, and other work (a name lookup, say) gets its turn.
        assert!(journal.list().await.unwrap().is_empty());
        tokio::task::spawn_blocking(|| ()).await.unwrap();
        drop(gate);
        write.await.unwrap();
    });
}

#[tokio::test]
async fn an_error_names_the_database() {
    let bench = Bench::new();
    let journal = &bench.journal;
    bench.on_writer(|writer| {
        writer.execute("DROP TABLE jobs", []).unwrap();
    });
    let path = bench.folder.path().join("journal.db");
    let path = path.to_str().unwrap();
    let written = journal.begin(creating()).await.unwrap_err();
    let read = journal.list().await.unwrap_err();
    for error in [written, read] {
        assert!(error.to_string().contains(path), "{error}");
    }
}

#[tokio::test]
async fn what_has_time_is_committed_with_what_comes_next() {
    let bench = Bench::new();
    let log = bench.folder.path().join("journal.db-wal");
    let size = move || fs::metadata(&log).unwrap().len();
    // On a busy machine the moment may pass before anything comes next.
    for number in 0..100 {
        let (before, during) = (size(), size.clone());
        let settled = key(number);
        bench
            .journal
            .enqueue_settlement(&settled, Settlement::Unknown);
        let next = bench.store().write(move |_| Ok(during()));
        // A commit goes to the log: there was none before the next write.
        let together = next.await.unwrap() == before;
        assert!(size() > before);
        if together {
            return;
        }
    }
    panic!("each was committed by itself");
}

#[tokio::test]
async fn what_has_time_is_written_though_nothing_comes_next() {
    let bench = Bench::new();
    bench
        .journal
        .enqueue_settlement(&key(1), Settlement::Unknown);
    let other = Connection::open(bench.folder.path().join("journal.db")).unwrap();
    let count = || -> u32 {
        let sql = "SELECT count(*) FROM payments";
        other.query_row(sql, [], |row| row.get(0)).unwrap()
    };
    while count() == 0 {
        tokio::task::yield_now().await;
    }
}
