/* in thread_exit.c */
