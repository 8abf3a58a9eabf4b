"""Faults that a replay plants on a day of a log, to see whether drift blocks the build."""

# Each makes the rows of the table `day` faulty. Columns: outcome, customer_id, product_id,
# event, event_at and copies, how often the raw log holds the row.
FAULTS = {
    "half of the interactions missing": (
        "delete from replay.day"
        " where hash(customer_id, product_id, event, event_at) % 2 = 0"
    ),
    "a file doubled": "update replay.day set copies = 2 * copies",
    # The second most frequent event, or the only one.
    "an event renamed": (
        "update replay.day set event = event || ' (new)' where event = ("
        " select event from replay.day where outcome = 'accepted' group by event"
        " order by count(*) desc, event"
        " limit 1 offset (select least(count(distinct event), 2) - 1 from replay.day"
        " where outcome = 'accepted'))"
    ),
    "a clock six hours ahead": (
        "update replay.day set event_at = event_at + interval 6 hour"
    ),
    # Numbers that the log does not have, whatever their type.
    "ids of another system": (
        "update replay.day set customer_id = '99' || customer_id || '00099',"
        " product_id = '99' || product_id || '00099'"
    ),
    "a tenth of the rows rejected": (
        "update replay.day set outcome = 'rejected'"
        " where hash(event_at, customer_id, product_id) % 10 = 0"
    ),
}
