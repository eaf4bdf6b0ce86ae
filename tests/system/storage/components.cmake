set(SUITE_COMPONENTS core wire storage_sqlite)
