#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| ima_corpus::preference_file(data));
