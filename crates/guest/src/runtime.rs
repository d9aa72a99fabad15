//! What the standard library would bring: an allocator, and what a panic does.

use core::panic::PanicInfo;

#[global_allocator]
static ALLOCATOR: dlmalloc::GlobalDlmalloc = dlmalloc::GlobalDlmalloc;

/// Nothing here panics on what comes from outside. Should it happen all the same, the host sees a
/// trap and tells the truth about the charge from the last checkpoint.
#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}
