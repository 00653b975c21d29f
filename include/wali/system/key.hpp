// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <span>
#include <string_view>

#include <wali/abi/constants/security.hpp>
#include <wali/abi/flags.hpp>
#include <wali/core/bytes.hpp>
#include <wali/core/duration.hpp>
#include <wali/core/id.hpp>
#include <wali/core/path.hpp>
#include <wali/core/result.hpp>
#include <wali/sys/security.hpp>

WALI_EXPORT namespace wali {
using abi::KeyPermissionFlags;

/// What a key is: Key::describe. The views are of the buffer that was given.
struct KeyDescription {
    std::string_view type;
    Uid owner;
    Gid group;
    KeyPermissionFlags permissions;
    std::string_view description;
};

/// A key or keyring that the kernel keeps, by its number: see keyrings(7). A value of 4 bytes that owns nothing: a key
/// lives as long as a keyring links to it, and the keyrings of threads, processes and sessions as long as these.
///
///     WALI_TRY(const auto key, wali::Key::add("user", "token", secret, wali::Key::process_keyring()));
///
/// What is refused is ACCES; a key that is not there is NOKEY, one that is no more KEYREVOKED or KEYEXPIRED. Calls of
/// tier named; containers often forbid them (PERM, NOSYS). They do not wait, but for request() with a program to ask.
/// Async-signal-safe.
class Key {
  public:
    explicit constexpr Key(i32 id) noexcept : id_(id) {}
    /// The number; those of keyrings that are named by their owner are negative.
    constexpr i32 id() const noexcept { return id_; }
    /// Whether both are the same number.
    constexpr bool operator==(const Key&) const noexcept = default;

    /// The keyrings of the calling thread, its process, its session and its user, as the kernel finds them at each use.
    /// The first three are made when a key is added.
    static constexpr Key thread_keyring() noexcept { return Key(abi::SpecialKeyring::THREAD_KEYRING); }
    static constexpr Key process_keyring() noexcept { return Key(abi::SpecialKeyring::PROCESS_KEYRING); }
    static constexpr Key session_keyring() noexcept { return Key(abi::SpecialKeyring::SESSION_KEYRING); }
    static constexpr Key user_keyring() noexcept { return Key(abi::SpecialKeyring::USER_KEYRING); }
    static constexpr Key user_session_keyring() noexcept { return Key(abi::SpecialKeyring::USER_SESSION_KEYRING); }

    /// add_key(2): a key in a keyring, or the one of this type and description in it with a new payload. Types are
    /// "user" (any bytes up to 32767), "logon" (the same, which only the kernel reads; described as "service:name"),
    /// "big_key" (up to 1 MiB) and others. Errors: DQUOT (the user has too many), INVAL, NODEV_ (no such type).
    static result<Key> add(PathView type, PathView description, ConstBytes payload, Key keyring) noexcept;
    /// add_key(2): an empty keyring in a keyring.
    static result<Key> add_keyring(PathView description, Key keyring) noexcept {
        return add("keyring", description, {}, keyring);
    }

    /// request_key(2): a key that the caller has, found in the keyrings of the thread, the process and the session, in
    /// this order. With `callout`, a program of the administrator's is asked for one that is not there (waits; INTR),
    /// and what is found is linked to `keyring`.
    static result<Key> request(PathView type, PathView description) noexcept;
    static result<Key> request(PathView type, PathView description, PathView callout, Key keyring) noexcept;

    /// keyctl(2) KEYCTL_JOIN_SESSION_KEYRING: the process gets a new session keyring, which its children inherit; with
    /// a name, the one of this name, if there is one that it may search. Returns that keyring.
    static result<Key> join_session() noexcept;
    static result<Key> join_session(PathView name) noexcept;

    /// keyctl(2) KEYCTL_SEARCH: the key of this type and description in the tree of this keyring.
    result<Key> search(PathView type, PathView description) const noexcept;
    /// keyctl(2) KEYCTL_GET_KEYRING_ID: the number of a keyring that is named by its owner, made if need be.
    result<Key> resolve() const noexcept;

    /// keyctl(2) KEYCTL_READ: copies the payload (of a keyring, the numbers of its keys, 4 bytes each) and returns its
    /// size: if that is more than buffer.size(), nothing is copied. OPNOTSUPP where no program may read it.
    result<usize> read(MutableBytes buffer) const noexcept;
    /// keyctl(2) KEYCTL_DESCRIBE: type, owner, permissions and description, kept in `buffer`. RANGE if that is too
    /// small.
    result<KeyDescription> describe(std::span<char> buffer WALI_LIFETIMEBOUND) const noexcept;

    /// keyctl(2) KEYCTL_UPDATE: another payload.
    result<void> update(ConstBytes payload) const noexcept;
    /// keyctl(2) KEYCTL_SETPERM and KEYCTL_CHOWN: who may do what. The owner alone changes the first; the second is for
    /// CAP_SYS_ADMIN (ACCES), and INVAL for the id of no one, which for the kernel means to keep what is there.
    result<void> set_permissions(KeyPermissionFlags permissions) const noexcept;
    result<void> set_owner(Uid owner, Gid group) const noexcept;
    /// keyctl(2) KEYCTL_SET_TIMEOUT: it expires then, in whole seconds, rounded up, at least one; forever() is never.
    result<void> set_timeout(Timeout timeout) const noexcept;

    /// keyctl(2) KEYCTL_LINK and KEYCTL_UNLINK: puts it into a keyring, in the place of another of the same type and
    /// description, and takes it out (NOENT if it is not in there). Without any link it ends.
    result<void> link_to(Key keyring) const noexcept;
    result<void> unlink_from(Key keyring) const noexcept;
    /// keyctl(2) KEYCTL_CLEAR: takes all keys out of this keyring. NOTDIR if it is none.
    result<void> clear() const noexcept;

    /// keyctl(2) KEYCTL_REVOKE: whoever uses it from now on gets KEYREVOKED.
    result<void> revoke() const noexcept;
    /// keyctl(2) KEYCTL_INVALIDATE: it is gone at once, out of all keyrings.
    result<void> invalidate() const noexcept;

  private:
    explicit constexpr Key(abi::SpecialKeyring keyring) noexcept : id_(abi::bits(keyring)) {}

    i32 id_;
};

}  // namespace wali
