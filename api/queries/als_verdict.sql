-- How well the fitted collaborative filter does; no row if none was fitted.
select
    verdict,
    precision_at_10,
    precision_at_10_low,
    precision_at_10_high,
    useful_precision,
    strongest_other,
    strongest_other_precision,
    difference,
    difference_low,
    difference_high,
    explanation
from main.als_verdict
