//! Bodies that arrive compressed although nobody asked for it.
//!
//! Some hosts decode a declared `content-encoding` and leave the header, others hand on the bytes. So
//! the bytes decide: no JSON begins as a gzip or zlib stream does.

use alloc::borrow::Cow;
use miniz_oxide::inflate;

/// The header of a gzip stream without its optional parts, in bytes.
const GZIP_HEAD: usize = 10;
const CHECKSUM: u8 = 1 << 1;
const EXTRA: u8 = 1 << 2;
const NAME: u8 = 1 << 3;
const COMMENT: u8 = 1 << 4;

/// The body as it was before a gzip or zlib coding; as it is if it has none. `None` if it is coded and
/// can't be decoded, or would be larger than `limit` bytes.
pub fn decoded(body: &[u8], limit: usize) -> Option<Cow<'_, [u8]>> {
    let plain = match body {
        [0x1f, 0x8b, ..] => {
            let deflated = after_gzip_head(body)?;
            inflate::decompress_to_vec_with_limit(deflated, limit).ok()?
        }
        [cmf, flg, ..] if is_zlib(*cmf, *flg) => {
            inflate::decompress_to_vec_zlib_with_limit(body, limit).ok()?
        }
        _ => return Some(Cow::Borrowed(body)),
    };
    Some(Cow::Owned(plain))
}

/// Whether two bytes begin a zlib stream (RFC 1950): deflate, and the sum checks.
fn is_zlib(cmf: u8, flg: u8) -> bool {
    cmf == 0x78 && u16::from_be_bytes([cmf, flg]).is_multiple_of(31)
}

/// What follows the header of a gzip stream (RFC 1952).
fn after_gzip_head(body: &[u8]) -> Option<&[u8]> {
    let flags = *body.get(3)?;
    let mut rest = body.get(GZIP_HEAD..)?;
    if flags & EXTRA != 0 {
        let length = u16::from_le_bytes([*rest.first()?, *rest.get(1)?]);
        rest = rest.get(2 + usize::from(length)..)?;
    }
    for text in [NAME, COMMENT] {
        if flags & text != 0 {
            let end = rest.iter().position(|byte| *byte == 0)?;
            rest = rest.get(end + 1..)?;
        }
    }
    if flags & CHECKSUM != 0 {
        rest = rest.get(2..)?;
    }
    Some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;
    use miniz_oxide::deflate;

    const BODY: &[u8] = br#"{"code":0,"data":{"id":"t-1"}}"#;

    fn gzip(flags: u8, optional: &[u8]) -> Vec<u8> {
        let mut stream = alloc::vec![0x1f, 0x8b, 8, flags, 0, 0, 0, 0, 0, 255];
        stream.extend_from_slice(optional);
        stream.extend(deflate::compress_to_vec(BODY, 6));
        stream.extend_from_slice(&[0; 8]);
        stream
    }

    #[test]
    fn a_compressed_body_is_read_as_what_it_was() {
        let zlib = deflate::compress_to_vec_zlib(BODY, 6);
        for stream in [
            gzip(0, b""),
            gzip(NAME | COMMENT, b"a.json\0why\0"),
            gzip(EXTRA | CHECKSUM, b"\x02\x00xx\x00\x00"),
            zlib,
            BODY.to_vec(),
        ] {
            assert_eq!(decoded(&stream, 1_000).as_deref(), Some(BODY), "{stream:?}");
        }
    }

    #[test]
    fn a_damaged_or_endless_stream_is_no_body() {
        let whole = gzip(0, b"");
        assert_eq!(decoded(&whole, BODY.len() - 1), None);
        for length in 2..whole.len() - 8 {
            assert_eq!(decoded(&whole[..length], 1_000), None, "{length}");
        }
        assert_eq!(decoded(&gzip(EXTRA, b"\xff\xff"), 1_000), None);
        assert_eq!(decoded(b"", 0).as_deref(), Some(&b""[..]));
    }
}
