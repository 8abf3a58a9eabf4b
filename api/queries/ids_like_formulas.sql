-- Whether a customer or a product has a text id that a spreadsheet would compute.
select
    exists (
        select 1
        from main.customers
        where regexp_matches(customer_id::text, '^[=+@\t\r\x{FF1D}\x{FF0B}\x{FF20}\x{FF0D}-]')
    )
    or exists (
        select 1
        from main.products
        where regexp_matches(product_id::text, '^[=+@\t\r\x{FF1D}\x{FF0B}\x{FF20}\x{FF0D}-]')
    ) as found
