/* None of POSIX's programming environments has 64-bit long with 32-bit pointers. */
