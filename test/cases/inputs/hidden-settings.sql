-- Settings that only pg_read_all_settings may read.
ALTER DATABASE :"DB" SET dynamic_library_path = '$libdir:/opt/lib';
ALTER DATABASE :"DB" SET session_preload_libraries = 'auto_explain';
ALTER ROLE anon IN DATABASE :"DB" SET session_preload_libraries = 'auto_explain';
