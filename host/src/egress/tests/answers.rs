//! Answers that are broken, endless, or hold the key.

use super::*;

fn hasty() -> Limits {
    let short = Duration::from_millis(50);
    Limits {
        first_byte_timeout: short,
        create_wait: short,
        between_bytes_timeout: short,
        ..Limits::default()
    }
}

#[tokio::test]
async fn a_broken_answer_has_its_name() {
    let header = format!("HTTP/1.1 200 OK\r\nx: {}\r\n\r\n", "x".repeat(300_000));
    let answers: Vec<(Reply, Expected)> = vec![
        (Reply::Stall(Vec::new()), |error| {
            matches!(error, ExchangeError::AnswerTimeout)
        }),
        (
            Reply::Stall(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n123".to_vec()),
            |error| matches!(error, ExchangeError::BodyTimeout),
        ),
        (
            Reply::Cut(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n123".to_vec()),
            |error| matches!(error, ExchangeError::Incomplete),
        ),
        (Reply::Cut(b"not http at all\r\n\r\n".to_vec()), |error| {
            matches!(error, ExchangeError::NotHttp)
        }),
        (Reply::Stall(header.into()), |error| {
            matches!(error, ExchangeError::HeadTooLarge { most: Some(65_536) })
        }),
        (
            Reply::Endless(
                b"HTTP/1.1 200 OK\r\n".to_vec(),
                format!("x: {}\r\n", "y".repeat(10_000)).into(),
            ),
            |error| matches!(error, ExchangeError::HeadTooLarge { most: Some(65_536) }),
        ),
        (ok_with_headers(500), |error| {
            matches!(error, ExchangeError::HeadTooLarge { most: Some(65_536) })
        }),
        (status("200 OK", "content-encoding: br\r\n", "x"), |error| {
            matches!(error, ExchangeError::Encoded)
        }),
    ];
    for (reply, expected) in answers {
        // Only what never comes is to be waited for no longer.
        let limits = match matches!(&reply, Reply::Stall(bytes) if bytes.len() < 100) {
            true => hasty(),
            false => Limits::default(),
        };
        let server = Server::start(move |_| reply.clone()).await;
        let error = Bench::new(&server.origin(), limits)
            .send(LIST)
            .await
            .unwrap_err();
        assert!(expected(&error), "{error}");
    }
}

fn ok_with_headers(count: usize) -> Reply {
    status("200 OK", &"x: y\r\n".repeat(count), "{}")
}

#[tokio::test]
async fn an_answer_that_never_ends_is_given_up() {
    let chunked = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n".to_owned();
    let server =
        Server::start(move |_| Reply::Endless(chunked.clone().into(), b"4\r\nlala\r\n".to_vec()))
            .await;
    let limits = Limits {
        response_size: 10_000,
        ..Limits::default()
    };
    let error = Bench::new(&server.origin(), limits)
        .send(LIST)
        .await
        .unwrap_err();
    assert!(
        matches!(error, ExchangeError::BodyTooLarge { most: 10_000 }),
        "{error}"
    );

    // Each byte comes in time, and the answer never does.
    let slow = "HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n";
    let server = Server::start(|_| Reply::Drip(slow.into())).await;
    let short = Duration::from_millis(100);
    let limits = Limits {
        connect_timeout: short,
        exchange: short,
        create_wait: short,
        ..Limits::default()
    };
    let bench = Bench::new(&server.origin(), limits);
    bench.guard.permit();
    let error = bench.send(CREATE).await.unwrap_err();
    assert!(matches!(error, ExchangeError::AnswerTimeout), "{error}");
    assert_eq!(bench.guard.charge(), Charge::Unknown);
}

#[tokio::test]
async fn interim_answers_without_end_are_given_up() {
    let server = Server::start(|_| {
        let interim = b"HTTP/1.1 102 Processing\r\n\r\n".to_vec();
        Reply::Endless(Vec::new(), interim)
    })
    .await;
    let error = Bench::new(&server.origin(), hasty())
        .send(LIST)
        .await
        .unwrap_err();
    assert!(matches!(error, ExchangeError::AnswerTimeout), "{error}");
}

#[tokio::test]
async fn the_key_comes_back_in_no_disguise() {
    let chunks = "HTTP/1.1 200 ima_test_key\r\ntransfer-encoding: chunked\r\nx-key: ima_test_key\r\n\r\n\
        6\r\n{\"ima_\r\n9\r\ntest_key\"\r\n1\r\n}\r\n0\r\nx-trailer: ima_test_key\r\n\r\n";
    for (reply, expected) in [
        (Reply::Answer(chunks.into()), "{\"[redacted]\"}"),
        (ok("\"\\u0069ma_test\\u005Fkey\""), "\"[redacted]\""),
        (ok("?key=%69ma%5ftest_key&x"), "?key=[redacted]&x"),
        // Of "Bearer ima_test_key".
        (ok("=QmVhcmVyIGltYV90ZXN0X2tleQ=="), "[redacted]"),
    ] {
        let reply = std::sync::Mutex::new(Some(reply));
        let server = Server::start(move |_| reply.lock().unwrap().take().unwrap()).await;
        let bench = Bench::new(&server.origin(), Limits::default());
        let response = bench.send(LIST).await.unwrap();
        let printed = format!("{response:?}");
        assert!(!printed.contains("ima_test_key"), "{printed}");
        assert_eq!(text(response).await, expected);
    }
}

#[tokio::test]
async fn an_answer_beyond_the_limit_is_not_read() {
    let announced = "HTTP/1.1 200 OK\r\ncontent-length: 101\r\n\r\n".to_owned();
    let chunked =
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n65\r\n".to_owned() + &"x".repeat(101);
    for answer in [announced, chunked] {
        let server = Server::start(move |_| Reply::Stall(answer.clone().into())).await;
        let bench = Bench::new(
            &server.origin(),
            Limits {
                response_size: 100,
                ..Limits::default()
            },
        );
        let error = bench.send(LIST).await.unwrap_err();
        assert!(
            matches!(error, ExchangeError::BodyTooLarge { most: 100 }),
            "{error}"
        );
    }
}

#[tokio::test]
async fn a_redirect_is_handed_on_and_not_followed() {
    let elsewhere = Server::start(|_| ok("{}")).await;
    let location = format!("location: {}/open/v1/product/list\r\n", elsewhere.origin());
    let server = Server::start(move |_| status("302 Found", &location, "")).await;
    let response = Bench::new(&server.origin(), Limits::default())
        .send(LIST)
        .await
        .unwrap();
    assert_eq!(response.status(), 302);
    assert_eq!(elsewhere.connections(), 0);
}

#[tokio::test]
async fn an_answer_ends_with_the_time_that_there_is_for_it() {
    let slow = "HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n";
    let server = Server::start(|_| Reply::Drip(slow.into())).await;
    let bench = Bench::new(&server.origin(), Limits::default());
    let timeouts = Timeouts {
        all: Some(Duration::from_millis(100)),
        ..Timeouts::default()
    };
    let request = bench.request(DETAIL).body(body("{}")).unwrap();
    let error = bench.egress.send(request, timeouts).await.unwrap_err();
    assert!(matches!(error, ExchangeError::AnswerTimeout), "{error}");
}

#[tokio::test]
async fn a_surplus_answer_is_not_taken_for_that_of_the_create_request() {
    let answer = |body: &str| {
        let length = body.len();
        format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n{body}")
    };
    let stranger = answer(r#"{"code":0,"data":{"id":"stranger"}}"#);
    let own = r#"{"code":0,"data":{"id":"own"}}"#;
    let server = Server::start(move |request| match request.operation() {
        "create" => ok(own),
        _ => Reply::Answer([answer("{}"), stranger.clone()].concat().into()),
    })
    .await;
    for _ in 0..64 {
        let bench = Bench::new(&server.origin(), Limits::default());
        bench.send(LIST).await.unwrap();
        bench.guard.permit();
        bench.send(CREATE).await.unwrap();
        assert_eq!(bench.guard.task_id().as_deref(), Some("own"));
    }
}
