// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string_view>

namespace httpd {

/// The status codes that this server sends: RFC 9110, section 15.
enum class Status : unsigned short {
    ok = 200,
    moved_permanently = 301,
    bad_request = 400,
    not_found = 404,
    method_not_allowed = 405,
    request_timeout = 408,
    uri_too_long = 414,
    header_fields_too_large = 431,
    internal_server_error = 500,
    service_unavailable = 503,
    version_not_supported = 505,
};

/// Code and reason, as they stand in a status line and in the body of an error: "404 Not Found".
constexpr std::string_view status_text(Status status) noexcept {
    switch (status) {
        case Status::ok: return "200 OK";
        case Status::moved_permanently: return "301 Moved Permanently";
        case Status::bad_request: return "400 Bad Request";
        case Status::not_found: return "404 Not Found";
        case Status::method_not_allowed: return "405 Method Not Allowed";
        case Status::request_timeout: return "408 Request Timeout";
        case Status::uri_too_long: return "414 URI Too Long";
        case Status::header_fields_too_large: return "431 Request Header Fields Too Large";
        case Status::internal_server_error: return "500 Internal Server Error";
        case Status::service_unavailable: return "503 Service Unavailable";
        case Status::version_not_supported: return "505 HTTP Version Not Supported";
    }
    return "500 Internal Server Error";
}

}  // namespace httpd
