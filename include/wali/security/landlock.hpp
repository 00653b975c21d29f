// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <utility>

#include <wali/abi/constants/security.hpp>
#include <wali/abi/flags.hpp>
#include <wali/abi/structs/security.hpp>
#include <wali/core/fd.hpp>
#include <wali/core/path.hpp>
#include <wali/sys/security.hpp>

WALI_EXPORT namespace wali {
using abi::LandlockAccessFs;
using abi::LandlockAccessNet;
using abi::LandlockScopeFlags;

/// What Landlock can take away, or give: see landlock(7).
struct LandlockRights {
    LandlockAccessFs files{};
    LandlockAccessNet ports{};
    LandlockScopeFlags scopes{};

    /// Everything that this library knows of, which is what Linux 6.12 has.
    static constexpr LandlockRights all() noexcept;
    /// What a kernel has whose Landlock has this version; nothing for 0.
    static constexpr LandlockRights of_version(int version) noexcept;

    /// Whether there is nothing in it.
    constexpr bool empty() const noexcept { return *this == LandlockRights(); }
    /// Whether all are equal.
    constexpr bool operator==(const LandlockRights&) const noexcept = default;
    /// What is in both.
    friend constexpr LandlockRights operator&(const LandlockRights& a, const LandlockRights& b) noexcept {
        return {a.files & b.files, a.ports & b.ports, a.scopes & b.scopes};
    }
    /// What is in the first alone.
    friend constexpr LandlockRights operator-(const LandlockRights& a, const LandlockRights& b) noexcept {
        return {a.files & ~b.files, a.ports & ~b.ports, a.scopes & ~b.scopes};
    }
};

constexpr LandlockRights LandlockRights::of_version(int version) noexcept {
    using enum LandlockAccessFs;
    LandlockRights rights;
    if (version >= 1)
        rights.files = EXECUTE | WRITE_FILE | READ_FILE | READ_DIR | REMOVE_DIR | REMOVE_FILE | MAKE_CHAR | MAKE_DIR |
                       MAKE_REG | MAKE_SOCK | MAKE_FIFO | MAKE_BLOCK | MAKE_SYM;
    if (version >= 2) rights.files |= REFER;
    if (version >= 3) rights.files |= TRUNCATE;
    if (version >= 4) rights.ports = LandlockAccessNet::BIND_TCP | LandlockAccessNet::CONNECT_TCP;
    if (version >= 5) rights.files |= IOCTL_DEV;
    if (version >= 6) rights.scopes = LandlockScopeFlags::ABSTRACT_UNIX_SOCKET | LandlockScopeFlags::SIGNAL;
    return rights;
}
constexpr LandlockRights LandlockRights::all() noexcept { return of_version(6); }

/// What a ruleset is made with.
struct LandlockOptions {
    LandlockRights handled = LandlockRights::all();  ///< denied, but for what a rule allows
    bool best_effort = false;                        ///< leaves out what this kernel lacks, see left_out()
};

/// A set of rules that waits to be enforced: what it handles is denied, unless a rule allows it. Once enforced it can
/// only be narrowed, by another one. Files that are open already stay what they are. Move-only.
///
///     WALI_TRY(const auto rules, wali::LandlockRuleset::create());
///     WALI_TRY(rules.allow_path("/srv/site", wali::security::read_files()));
///     WALI_TRY(rules.allow_port(443, wali::LandlockAccessNet::CONNECT_TCP));
///     WALI_TRY(wali::process::set_no_new_privileges());
///     WALI_TRY(rules.enforce());
class [[nodiscard]] LandlockRuleset {
  public:
    /// landlock_create_ruleset(2), tier named. Errors: NOSYS (a kernel without), OPNOTSUPP (switched off), INVAL (this
    /// kernel lacks something of `handled`), NOMSG (nothing is handled), MFILE. With best_effort the first three are
    /// none: the rules then hold for less, for nothing at the worst.
    static result<LandlockRuleset> create(const LandlockOptions& options) noexcept;
    /// landlock_create_ruleset(2), tier named: handles all that this library knows of, or fails.
    static result<LandlockRuleset> create() noexcept { return create(LandlockOptions()); }

    /// What the caller wanted to be handled and this kernel lacks; empty without best_effort.
    LandlockRights left_out() const noexcept { return left_out_; }
    /// A view that must not outlive this; empty where best_effort has left out everything.
    BorrowedFd fd() const noexcept WALI_LIFETIMEBOUND { return fd_.borrow(); }

    /// landlock_add_rule(2), tier named: allows this on the file behind the descriptor, which may be opened with PATH,
    /// and on all below if it is a folder. What is not handled is allowed anyway, and left out. Errors: INVAL (a right
    /// of folders for something else), NOMSG (no right at all), BADFD (no file of a file system).
    result<void> allow(BorrowedFd file, LandlockAccessFs access) const noexcept {
        if (is_left_out(access, kept_.files)) return success();
        const abi::landlock_path_beneath_attr rule{abi::bits(access & kept_.files), file.raw()};
        return add(abi::LandlockRuleType::PATH_BENEATH, &rule);
    }
    /// openat(2) and fstat(2), tier spec, and landlock_add_rule(2), tier named: the same by path. Of `access`, a file
    /// that is no folder gets what files have. The rule is for what the path leads to now. Errors: NOENT, ACCES and
    /// what else opening fails with, NOMSG (nothing is left of `access`).
    result<void> allow_path(PathView path, LandlockAccessFs access) const noexcept;
    /// landlock_add_rule(2), tier named, Linux 6.7: allows this on a TCP port, of whatever address. What is not handled
    /// is allowed anyway, and left out. Errors: NOMSG (no right at all).
    result<void> allow_port(u16 port, LandlockAccessNet access) const noexcept {
        if (is_left_out(access, kept_.ports)) return success();
        const abi::landlock_net_port_attr rule{abi::bits(access & kept_.ports), port};
        return add(abi::LandlockRuleType::NET_PORT, &rule);
    }

    /// landlock_restrict_self(2), tier named: from now on, for the calling thread and for all threads and children that
    /// it starts; other threads of the process go on without, so call it before there are any. Errors: PERM (neither
    /// no_new_privs nor CAP_SYS_ADMIN), E2BIG (16 are enforced already).
    result<void> enforce() const noexcept {
        if (kept_.empty()) return success();
        return to_result<void>(Call::landlock_restrict_self, sys::landlock_restrict_self(fd_.borrow().raw(), 0));
    }

  private:
    LandlockRuleset(Fd fd, const LandlockRights& kept, const LandlockRights& left_out) noexcept
        : fd_(std::move(fd)), kept_(kept), left_out_(left_out) {}

    template <class Access>
    static bool is_left_out(Access access, Access kept) noexcept {
        return access != Access() && (access & kept) == Access();
    }
    result<void> add(abi::LandlockRuleType type, const void* rule) const noexcept {
        return to_result<void>(Call::landlock_add_rule,
                               sys::landlock_add_rule(fd_.borrow().raw(), abi::bits(type), rule, 0));
    }

    Fd fd_;
    LandlockRights kept_;  // of what a rule may allow
    LandlockRights left_out_;
};
}  // namespace wali

WALI_EXPORT namespace wali::security {
/// What a rule allows, for most purposes: reading files and listing folders.
constexpr LandlockAccessFs read_files() noexcept { return LandlockAccessFs::READ_FILE | LandlockAccessFs::READ_DIR; }
/// Writing, making, moving and removing files and folders, but no device files.
constexpr LandlockAccessFs write_files() noexcept {
    return LandlockAccessFs::WRITE_FILE | LandlockAccessFs::TRUNCATE | LandlockAccessFs::REMOVE_DIR |
           LandlockAccessFs::REMOVE_FILE | LandlockAccessFs::MAKE_DIR | LandlockAccessFs::MAKE_REG |
           LandlockAccessFs::MAKE_SOCK | LandlockAccessFs::MAKE_FIFO | LandlockAccessFs::MAKE_SYM |
           LandlockAccessFs::REFER;
}
/// Executing programs, which includes reading them.
constexpr LandlockAccessFs execute_files() noexcept { return LandlockAccessFs::EXECUTE | LandlockAccessFs::READ_FILE; }

/// landlock_create_ruleset(2) LANDLOCK_CREATE_RULESET_VERSION, tier named: the version of this kernel's Landlock, 0
/// where it has none or has it switched off. Cannot fail.
inline int landlock_version() noexcept {
    const long version = sys::landlock_create_ruleset(nullptr, 0, abi::bits(abi::LandlockCreateFlags::VERSION_));
    return version > 0 ? static_cast<int>(version) : 0;
}

}  // namespace wali::security
