with {{ audience_places('is_new') }}

select * from final
