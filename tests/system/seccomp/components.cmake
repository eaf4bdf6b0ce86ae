set(SUITE_COMPONENTS core runtime isolator_seccomp)
