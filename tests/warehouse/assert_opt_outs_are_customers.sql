-- Each opt-out that is listed is a customer of the log. Others may be: the setting
-- max_unknown_opt_out_share says how many.
{{ config(severity='warn') }}

{{ unknown_opt_outs(0, 'Compare the ids of both files; the setting'
    ~ ' max_unknown_opt_out_share stops the build instead.') }}
