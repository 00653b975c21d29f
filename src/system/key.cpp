// SPDX-License-Identifier: BSL-1.0
#include <wali/system/key.hpp>

#include <charconv>

#include <wali/try.hpp>

namespace wali {
namespace {

using abi::KeyctlOperation;

/// An argument of keyctl, which is a number or a pointer.
void* argument(u32 number) noexcept { return reinterpret_cast<void*>(static_cast<usize>(number)); }
void* argument(i32 number) noexcept { return argument(static_cast<u32>(number)); }
void* argument(const void* pointer) noexcept { return const_cast<void*>(pointer); }

long keyctl(KeyctlOperation operation, void* second, void* third = nullptr, void* fourth = nullptr,
            void* fifth = nullptr) noexcept {
    return sys::keyctl(abi::bits(operation), second, third, fourth, fifth);
}

result<void> key_control(KeyctlOperation operation, void* second, void* third = nullptr,
                         void* fourth = nullptr) noexcept {
    return to_result<void>(Call::keyctl, keyctl(operation, second, third, fourth));
}

result<Key> to_key(Call call, long raw) noexcept {
    if (is_error(raw)) [[unlikely]]
        return Error::of_raw(call, raw);
    return Key(static_cast<i32>(raw));
}

result<Key> request_key(const PathView& type, const PathView& description, const char* callout, i32 keyring) noexcept {
    return type.with_c_str([&](const char* kind) noexcept {
        return description.with_c_str([&](const char* name) noexcept {
            return to_key(Call::request_key, sys::request_key(kind, name, callout, keyring));
        });
    });
}

/// Takes what is in front of the next ';', and that.
std::string_view next_field(std::string_view& text) noexcept {
    const usize end = text.find(';');
    const std::string_view field = text.substr(0, end);
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
    return field;
}

u32 number(std::string_view text, int base) noexcept {
    i64 value = 0;  // the kernel writes ids as signed numbers of 32 bits
    std::from_chars(text.data(), text.data() + text.size(), value, base);
    return static_cast<u32>(value);
}

}  // namespace

result<Key> Key::add(PathView type, PathView description, ConstBytes payload, Key keyring) noexcept {
    return type.with_c_str([&](const char* kind) noexcept {
        return description.with_c_str([&](const char* name) noexcept {
            return to_key(Call::add_key, sys::add_key(kind, name, payload.empty() ? nullptr : payload.data(),
                                                      payload.size(), keyring.id()));
        });
    });
}

result<Key> Key::request(PathView type, PathView description) noexcept {
    return request_key(type, description, nullptr, 0);
}

result<Key> Key::request(PathView type, PathView description, PathView callout, Key keyring) noexcept {
    return callout.with_c_str(
        [&](const char* text) noexcept { return request_key(type, description, text, keyring.id()); });
}

result<Key> Key::join_session() noexcept {
    return to_key(Call::keyctl, keyctl(KeyctlOperation::JOIN_SESSION_KEYRING, nullptr));
}

result<Key> Key::join_session(PathView name) noexcept {
    return name.with_c_str([](const char* text) noexcept {
        return to_key(Call::keyctl, keyctl(KeyctlOperation::JOIN_SESSION_KEYRING, argument(text)));
    });
}

result<Key> Key::search(PathView type, PathView description) const noexcept {
    return type.with_c_str([&](const char* kind) noexcept {
        return description.with_c_str([&](const char* name) noexcept {
            return to_key(Call::keyctl, keyctl(KeyctlOperation::SEARCH, argument(id_), argument(kind), argument(name)));
        });
    });
}

result<Key> Key::resolve() const noexcept {
    constexpr u32 make_it = 1;
    return to_key(Call::keyctl, keyctl(KeyctlOperation::GET_KEYRING_ID, argument(id_), argument(make_it)));
}

result<usize> Key::read(MutableBytes buffer) const noexcept {
    return to_result<usize>(Call::keyctl, keyctl(KeyctlOperation::READ, argument(id_), buffer.data(),
                                                 reinterpret_cast<void*>(buffer.size())));
}

result<KeyDescription> Key::describe(std::span<char> buffer) const noexcept {
    WALI_TRY(const usize size,
             to_result<usize>(Call::keyctl, keyctl(KeyctlOperation::DESCRIBE, argument(id_), buffer.data(),
                                                   reinterpret_cast<void*>(buffer.size()))));
    if (size > buffer.size()) return Error(Errno::RANGE, Call::keyctl);
    std::string_view text = detail::text_in(buffer.data(), size);
    const std::string_view type = next_field(text);
    const Uid owner(number(next_field(text), 10));
    const Gid group(number(next_field(text), 10));
    const auto permissions = static_cast<KeyPermissionFlags>(number(next_field(text), 16));
    return KeyDescription{type, owner, group, permissions, text};
}

result<void> Key::update(ConstBytes payload) const noexcept {
    return key_control(KeyctlOperation::UPDATE, argument(id_), argument(payload.data()),
                       reinterpret_cast<void*>(payload.size()));
}

result<void> Key::set_permissions(KeyPermissionFlags permissions) const noexcept {
    return key_control(KeyctlOperation::SETPERM, argument(id_), argument(abi::bits(permissions)));
}

result<void> Key::set_owner(Uid owner, Gid group) const noexcept {
    // For the kernel this number means no change.
    if (owner == Uid(~0U) || group == Gid(~0U)) return Error(Errno::INVAL, Call::keyctl);
    return key_control(KeyctlOperation::CHOWN, argument(id_), argument(owner.raw()), argument(group.raw()));
}

result<void> Key::set_timeout(Timeout timeout) const noexcept {
    u32 seconds = 0;  // never
    if (timeout != forever()) {
        const i64 count = std::chrono::ceil<std::chrono::seconds>(timeout.duration()).count();
        seconds = count < 1 ? 1 : count > ~u32{0} ? ~u32{0} : static_cast<u32>(count);
    }
    return key_control(KeyctlOperation::SET_TIMEOUT, argument(id_), argument(seconds));
}

result<void> Key::link_to(Key keyring) const noexcept {
    return key_control(KeyctlOperation::LINK, argument(id_), argument(keyring.id_));
}

result<void> Key::unlink_from(Key keyring) const noexcept {
    return key_control(KeyctlOperation::UNLINK, argument(id_), argument(keyring.id_));
}

result<void> Key::clear() const noexcept { return key_control(KeyctlOperation::CLEAR, argument(id_)); }

result<void> Key::revoke() const noexcept { return key_control(KeyctlOperation::REVOKE, argument(id_)); }

result<void> Key::invalidate() const noexcept { return key_control(KeyctlOperation::INVALIDATE, argument(id_)); }

}  // namespace wali
