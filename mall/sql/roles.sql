-- The three roles of the mall. Run as the owner of the database; safe to run again.
--   the owner   owns the tables and runs migrations
--   mall_app    what web, worker and clock sign in as: reads and writes rows, owns nothing, bypasses nothing
--   mall_shop   what a back-office request becomes (SET LOCAL ROLE): row policies bind it to one shop
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'mall_app') THEN
        CREATE ROLE mall_app LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS;
    END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'mall_shop') THEN
        CREATE ROLE mall_shop NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS;
    END IF;
    IF current_setting('server_version_num')::int >= 160000 THEN
        EXECUTE 'GRANT mall_shop TO mall_app WITH INHERIT FALSE, SET TRUE';
    ELSE
        ALTER ROLE mall_app NOINHERIT;
        GRANT mall_shop TO mall_app;
    END IF;
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO mall_app', current_database());
END
$$;
GRANT USAGE ON SCHEMA public TO mall_app, mall_shop;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO mall_app, mall_shop;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO mall_app, mall_shop;
