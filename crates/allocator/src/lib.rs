//! The system's allocator, set to give back what is freed.
//!
//! Between the rows that stay a listing allocates answers, buffers and tables that do not. As it comes, glibc's `malloc`
//! learns from the first large block that is freed to take the next ones from its heap, where they leave holes between rows,
//! and keeps up to eight heaps a processor. A fleet of 100,000 instances then holds a third more memory than it needs
//! (`benches/README.md` has the figures, also those of other allocators).
//!
//! This is the only crate with unsafe code. It is one call with constants, a foreign function that has no safe wrapper.

/// Heaps. The main thread's is one of them, and two are enough for as few threads as work beside it.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const HEAPS: i32 = 2;

/// Blocks from this size in bytes are mapped by themselves, and so unmapped when they are freed. It is glibc's own first
/// value, which stays as it is once it is set.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const MAPPED_FROM: i32 = 128 << 10;

/// So many free bytes at the end of a heap are given back.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const GIVEN_BACK_FROM: i32 = 512 << 10;

/// Sets the allocator up, unless there are other threads already. Other systems than Linux with glibc keep their allocator as
/// it is.
pub fn give_back_early() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    if is_only_thread() {
        for (parameter, value) in [
            (libc::M_ARENA_MAX, HEAPS),
            (libc::M_MMAP_THRESHOLD, MAPPED_FROM),
            (libc::M_TRIM_THRESHOLD, GIVEN_BACK_FROM),
        ] {
            #[expect(unsafe_code, reason = "mallopt is a foreign function")]
            // SAFETY: mallopt takes two numbers and checks them; what it refuses, which it says by its result, changes nothing.
            // It sets constants that other threads would read without a lock, and there are none.
            let _ = unsafe { libc::mallopt(parameter, value) };
        }
    }
}

/// False also where that cannot be read.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
fn is_only_thread() -> bool {
    std::fs::read_dir("/proc/self/task").is_ok_and(|threads| threads.count() == 1)
}
