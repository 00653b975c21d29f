// SPDX-License-Identifier: BSL-1.0
#include <wali/system/kernel_log.hpp>

#include <array>
#include <charconv>
#include <optional>

#include <wali/core/io.hpp>
#include <wali/fs/file.hpp>
#include <wali/try.hpp>

namespace wali {
namespace {

constexpr const char* device = "/dev/kmsg";
constexpr u64 priority_bits = 7;  // the facility is above them, as syslog(3) adds the two

/// Takes a number and the ',' or ';' behind it.
std::optional<u64> next_number(std::string_view& text) noexcept {
    u64 value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const auto size = static_cast<usize>(end - text.data());
    if (error != std::errc() || size == text.size() || (*end != ',' && *end != ';')) return {};
    text.remove_prefix(size + 1);
    return value;
}

/// "PRIORITY,SEQUENCE,MICROSECONDS,FLAGS[,...];TEXT\n KEY=value\n ..."
std::optional<KernelLogRecord> parse(std::string_view line) noexcept {
    const std::optional<u64> priority = next_number(line);
    const std::optional<u64> sequence = priority ? next_number(line) : std::nullopt;
    const std::optional<u64> microseconds = sequence ? next_number(line) : std::nullopt;
    const usize begin = line.find(';');
    if (!microseconds || begin == line.npos) return {};
    line.remove_prefix(begin + 1);
    const usize end = line.find('\n');
    if (end == line.npos) return {};
    return KernelLogRecord{.priority = static_cast<SyslogPriority>(*priority & priority_bits),
                           .facility = static_cast<SyslogFacility>(*priority & ~priority_bits),
                           .sequence = *sequence,
                           .time = std::chrono::microseconds(*microseconds),
                           .text = line.substr(0, end),
                           .fields = line.substr(end + 1)};
}

}  // namespace

result<KernelLog> KernelLog::open() noexcept {
    WALI_TRY(File file, File::open(device));
    return from_fd(std::move(file).into_fd());
}

result<KernelLogRecord> KernelLog::read(std::span<char> buffer) const noexcept {
    WALI_TRY(const usize size, wali::read(fd(), buffer));
    const std::optional<KernelLogRecord> record = parse({buffer.data(), size});
    if (!record) return Error(Errno::BADMSG, Call::read);
    return *record;
}

result<void> system::write_kernel_log(SyslogPriority priority, SyslogFacility facility,
                                      std::string_view text) noexcept {
    std::array<char, 16> head{'<'};
    const int number = abi::bits(priority) | abi::bits(facility);
    char* const end = std::to_chars(head.data() + 1, head.data() + head.size(), number).ptr;
    *end = '>';
    // One call is one record; without the end of a line nobody reads it before the next one comes.
    const ConstBuffer parts[] = {std::string_view(head.data(), static_cast<usize>(end + 1 - head.data())), text, "\n"};
    WALI_TRY(const File file, File::open(device, OpenFlags::WRONLY));
    WALI_TRY(retry_interrupted([&]() noexcept { return file.write_vectored(parts); }));
    return success();
}

}  // namespace wali
