#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| ima_corpus::create_answer(data));
