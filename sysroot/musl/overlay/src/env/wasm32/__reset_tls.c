/* No dynamic linking: nothing to reset after fork. */
