set(SUITE_COMPONENTS core runtime isolator_linux)
