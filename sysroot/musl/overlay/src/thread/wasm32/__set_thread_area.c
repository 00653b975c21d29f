/* The thread pointer is a thread-local variable: env/wasm32/__init_tls.c */
