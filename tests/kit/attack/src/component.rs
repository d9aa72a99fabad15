//! Components that attack whoever loads them.

/// A component of world `machine` behind a module whose start function has no end.
pub fn with_endless_start(component: &[u8]) -> Vec<u8> {
    // (module (func loop br 0 end) (start 0))
    const MODULE: &[u8] = b"\0asm\x01\0\0\0\
        \x01\x04\x01\x60\0\0\
        \x03\x02\x01\0\
        \x08\x01\0\
        \x0a\x09\x01\x07\0\x03\x40\x0c\0\x0b\x0b";
    const INSTANTIATE_THE_ONLY_ONE: &[u8] = &[1, 0, 0, 0];
    const INSTANCE: u8 = 5;

    let interfaces = ["types", "machines", "understanding", "preferences"];
    let (mut aliases, mut exports) = (vec![4], vec![4]);
    for (number, interface) in (1..).zip(interfaces) {
        let name = format!("ima:studio/{interface}@0.2.0");
        let name = [&size(name.len()), name.as_bytes()].concat();
        // An export of instance 0, which becomes the instance of this number.
        aliases.extend([&[INSTANCE, 0, 0][..], &name].concat());
        exports.extend([&[0][..], &name, &[INSTANCE, number, 0]].concat());
    }

    let mut outer = b"\0asm\x0d\0\x01\0".to_vec();
    for (id, section) in [
        (1, MODULE),
        (2, INSTANTIATE_THE_ONLY_ONE),
        (4, component),
        (5, INSTANTIATE_THE_ONLY_ONE),
        (6, &aliases),
        (11, &exports),
    ] {
        outer.push(id);
        outer.extend(size(section.len()));
        outer.extend(section);
    }
    outer
}

/// A size in LEB128.
fn size(mut rest: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    loop {
        let low = u8::try_from(rest & 0x7f).unwrap();
        rest >>= 7;
        if rest == 0 {
            bytes.push(low);
            return bytes;
        }
        bytes.push(low | 0x80);
    }
}
