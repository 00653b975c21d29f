// SPDX-License-Identifier: BSL-1.0
// allocation_test compiles this with -fkeep-inline-functions: then the object has all inline functions of the headers.
#include <wali/wali.hpp>

// Templates are in it where they are instantiated.
template class wali::EpollRegistration<wali::Socket>;
template auto wali::Epoll::add(wali::Socket, wali::EpollEvents, wali::u32) const noexcept
    -> wali::result<wali::EpollRegistration<wali::Socket>>;
