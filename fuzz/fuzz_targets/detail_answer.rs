#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| ima_corpus::detail_answer(data));
