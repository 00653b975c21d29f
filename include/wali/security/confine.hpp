// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <optional>

#include <wali/core/id.hpp>
#include <wali/core/list_view.hpp>
#include <wali/core/path.hpp>
#include <wali/core/result.hpp>
#include <wali/security/capabilities.hpp>
#include <wali/security/landlock.hpp>
#include <wali/security/seccomp_filter.hpp>

WALI_EXPORT namespace wali {
/// A file, or a folder with all below, and what may be done there.
struct AllowedPath {
    PathView path;
    LandlockAccessFs access;
};

/// A TCP port, and what may be done with it.
struct AllowedPort {
    u16 port;
    LandlockAccessNet access;
};

/// As whom the process goes on.
struct NewUser {
    Uid user;
    Gid group;
    ListView<Gid> groups{};  ///< supplementary ones
};

/// What a process that confines itself keeps: by default only what it has open.
struct Confinement {
    ListView<AllowedPath> paths{};
    ListView<AllowedPort> ports{};
    CapabilitySet capabilities{};                    ///< that stay; root without any is a user that owns many files
    std::optional<NewUser> user{};                   ///< root becomes this user
    std::optional<SeccompPolicy> calls{};            ///< a filter for all that is left
    LandlockRights handled = LandlockRights::all();  ///< what is denied where no path and no port allows it
    bool best_effort = false;                        ///< goes on where this kernel's Landlock lacks something
};

/// What this kernel could not do; empty without best_effort.
struct ConfinementGaps {
    LandlockRights landlock;
};
}  // namespace wali

WALI_EXPORT namespace wali::security {
/// Gives up, for good, what the process does not need any more. To be called when all is set up and open, and before
/// the first thread is started: threads and children that come later have no more.
///
///     WALI_TRY(wali::security::confine({.paths = {{"/srv/site", wali::security::read_files()}},
///                                       .user = wali::NewUser{wali::Uid(33), wali::Gid(33)}}));
///
/// In this order: what paths lead to is looked up; the bounding set of capabilities; process::become(); all other
/// capabilities, capset(2); no_new_privs, prctl(2); Landlock, landlock_restrict_self(2); the filter, seccomp(2). All
/// tier named. Errors: BUSY (other threads run, which unshare(2) tells where it is allowed; the workers that the kernel
/// has for an IoUring are some, for five seconds after their last work), and those of each step. After an error some of
/// it may be done: end the process then.
///
/// What an owner would remove at its end (the name of a TemporaryFile or Fifo, an object of System V) stays behind, in
/// silence, if that needs something that was given up: end such owners before, or keep what they need.
result<ConfinementGaps> confine(const Confinement& confinement) noexcept;

}  // namespace wali::security
