// SPDX-License-Identifier: BSL-1.0
#include <wali/process/process_status.hpp>

#include <algorithm>
#include <charconv>

#include <wali/fs/file.hpp>
#include <wali/try.hpp>

#include "../core/join.hpp"

namespace wali {
namespace {

constexpr std::chrono::milliseconds tick(10);  // USER_HZ, which is 100 for all that /proc tells
constexpr u64 page_size = 4096;

/// The numbers behind the name, one after another.
class Fields {
  public:
    explicit Fields(std::string_view text) noexcept : rest_(text) {}

    /// The next one; 0 and not right() for what is no number.
    i64 next() noexcept {
        rest_.remove_prefix(std::min(rest_.find_first_not_of(' '), rest_.size()));
        i64 value = 0;
        const auto parsed = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
        right_ = right_ && parsed.ec == std::errc();
        rest_.remove_prefix(static_cast<usize>(parsed.ptr - rest_.data()));
        return value;
    }
    /// The next one as a time in ticks.
    Duration time() noexcept {
        const i64 ticks = next();
        right_ = right_ && ticks >= 0 && ticks < Duration::max() / tick;
        return right_ ? Duration(tick * ticks) : Duration();
    }
    void skip(int count) noexcept {
        for (int i = 0; i < count; ++i) {
            rest_.remove_prefix(std::min(rest_.find_first_not_of(' '), rest_.size()));
            rest_.remove_prefix(std::min(rest_.find(' '), rest_.size()));
        }
    }
    bool right() const noexcept { return right_; }

  private:
    std::string_view rest_;
    bool right_ = true;
};

}  // namespace

result<ProcessStatus> ProcessStatus::of(Pid process) noexcept {
    std::array<char, 16> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), process.raw());
    std::array<char, 40> path;
    const std::string_view number(digits.data(), static_cast<usize>(end.ptr - digits.data()));
    WALI_TRY(const File file, File::open(detail::join(path, {"/proc/", number, "/stat"})));
    std::array<char, 1024> text;
    const Transfer size = file.read_all(text);
    if (size.has_error()) return size.assume_error();
    return parse({text.data(), size.assume_value()});
}

result<ProcessStatus> ProcessStatus::parse(std::string_view text) noexcept {
    // "4711 (a name) S 1 ...": the name may have brackets and spaces itself, and none of the fields behind it has.
    const usize begin = text.find('(');
    const usize end = text.rfind(')');
    if (begin == text.npos || end == text.npos || end < begin || end + 3 >= text.size()) return Errno::INVAL;
    ProcessStatus status;
    Fields front(text.substr(0, begin));
    status.id_ = Pid(static_cast<i32>(front.next()));
    const std::string_view name = text.substr(begin + 1, end - begin - 1);
    status.name_size_ = static_cast<u8>(std::min(name.size(), status.name_.size()));
    std::copy_n(name.data(), status.name_size_, status.name_.data());
    status.state_ = static_cast<ProcessState>(text[end + 2]);

    Fields fields(text.substr(end + 3));
    status.parent_ = Pid(static_cast<i32>(fields.next()));
    status.group_ = Pid(static_cast<i32>(fields.next()));
    status.session_ = Pid(static_cast<i32>(fields.next()));
    fields.skip(7);  // tty_nr, tpgid, flags, minflt, cminflt, majflt, cmajflt
    status.user_time_ = fields.time();
    status.system_time_ = fields.time();
    fields.skip(3);  // cutime, cstime, priority
    status.niceness_ = static_cast<int>(fields.next());
    status.threads_ = static_cast<u64>(fields.next());
    fields.skip(1);  // itrealvalue
    status.started_ = fields.time();
    status.address_space_ = static_cast<u64>(fields.next());
    status.resident_ = static_cast<u64>(fields.next()) * page_size;
    if (!front.right() || !fields.right()) return Errno::INVAL;
    return status;
}

}  // namespace wali
