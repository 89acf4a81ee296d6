"""What citizens can do by themselves, without an official: menus. Pure; usable without a Hub."""
