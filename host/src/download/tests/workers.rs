//! The disk keeps no task from its turn.

use super::*;

/// How often a task that can get on gets its turn here.
const TURNS: usize = 100_000;

#[test]
fn a_disk_that_takes_its_time_holds_up_nobody_else() {
    let tokio = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .max_blocking_threads(1)
        .build()
        .unwrap();
    tokio.block_on(async {
        let gate = tokio::sync::watch::Sender::new(false);
        let opening = gate.subscribe();
        let (server, runtime) =
            server(move |_| Reply::Gated(opening.clone(), part("v1", 0, WAV.len()))).await;
        let folder = tempfile::tempdir().unwrap();
        let url = format!("{}/a.wav", server.origin());
        let mut fetching = Box::pin(runtime.download(&url, folder.path()));
        tokio::select! {
            biased;
            _ = &mut fetching => panic!("nothing was answered yet"),
            () = server.saw("a.wav") => {}
        }
        // From here on the disk is slow: the only thread for it is taken.
        let (release, held) = std::sync::mpsc::channel::<()>();
        let slow = tokio::task::spawn_blocking(move || held.recv());
        gate.send_replace(true);
        for _ in 0..TURNS {
            tokio::select! {
                biased;
                _ = &mut fetching => panic!("the file was written by a worker"),
                () = tokio::task::yield_now() => {}
            }
        }
        drop(release);
        let download = fetching.await.unwrap();
        slow.await.unwrap().unwrap_err();
        assert_eq!(download.sha256(), SHA256);
    });
}
