"""The SQL that adds broken rows to a synthetic log, to test what staging rejects."""

BROKEN_ROWS = (
    "missing customer_id",
    "rounded customer_id",
    "uncastable customer_id",
    "missing product_id",
    "rounded product_id",
    "uncastable product_id",
    "missing event",
    "missing event_date",
    "unparseable event_date",
    "event_date before earliest_event",
    "event_date after latest_event",
    "event_date with a zone name: set time_zone",
    "duplicate",
    "unreadable line",
)


def with_broken_rows(log: str, dirty: float, kinds: tuple[str, ...]) -> str:
    """Add broken copies of some rows, so that they make up `dirty` of the result.

    All rows of the clean log stay, so that its profile can still be checked. Every value is
    text, as in a CSV file; `is_cut_off` marks lines to cut off.
    The query calls `uniform`, which `marketplace_rows.define_macros` creates.
    """
    cases = {kind: f"breakage = {number}" for number, kind in enumerate(kinds)}
    return f"""
    with log as ({log}),
    marked as (
        select
            customer_id::text as customer_id, product_id::text as product_id, event,
            event_date::text as event_date, product_name, event_date as written_at,
            uniform('broken', customer, event_number) as chance,
            cast(floor(uniform('kind', customer, event_number) * {len(kinds)}) as int)
                as breakage
        from log
    ),
    broken as (
        select
            case
                when {cases["missing customer_id"]} then null
                when {cases["rounded customer_id"]} then '1.23457E+15'
                when {cases["uncastable customer_id"]} then 'guest-' || customer_id
                else customer_id
            end as customer_id,
            case
                when {cases["missing product_id"]} then null
                when {cases["rounded product_id"]} then '2.5E+12'
                when {cases["uncastable product_id"]} then product_id || '.5'
                else product_id
            end as product_id,
            case when {cases["missing event"]} then null else event end as event,
            case
                when {cases["missing event_date"]} then null
                when {cases["unparseable event_date"]} then '31.02.' || left(event_date, 4)
                when {cases["event_date before earliest_event"]} then '1956-03-01'
                when {cases["event_date after latest_event"]} then '9999-12-31'
                when {cases["event_date with a zone name: set time_zone"]}
                    then event_date || ' CET'
                else event_date
            end as event_date,
            product_name,
            written_at,
            {cases.get("unreadable line", "false")} as is_cut_off
        from marked
        where chance < {dirty / (1 - dirty)}
    )
    select
        customer_id, product_id,
        -- Blanks and capitals are not errors: staging removes them.
        case when chance > 0.95 then ' ' || upper(event) else event end as event,
        event_date, product_name, written_at, false as is_cut_off
    from marked
    union all
    from broken
    """
